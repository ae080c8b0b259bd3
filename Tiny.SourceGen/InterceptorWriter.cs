using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Tiny.SourceGen;

/// <summary>
/// Writes one interceptor for each captured method that is called directly: it hands the call to the replaying JIT, which calls
/// the method itself when it captures.
/// </summary>
static class InterceptorWriter
{
    /// <summary>Interceptors work only where the build lists their namespace in <c>InterceptorsNamespaces</c>.</summary>
    public const string Namespace = "Tiny.Generated";
    /// <summary>The oldest language that the text compiles as.</summary>
    public const LanguageVersion Language = LanguageVersion.CSharp12;

    public static string Write(IEnumerable<CallSite> sites)
    {
        var text = new StringBuilder(GeneratedText.Header);
        text.Append("namespace System.Runtime.CompilerServices\n{\n")
            .Append("    [global::System.AttributeUsage(global::System.AttributeTargets.Method, AllowMultiple = true)]\n")
            .Append("    file sealed class InterceptsLocationAttribute(int version, string data) : global::System.Attribute;\n}\n\n")
            .Append("namespace ").Append(Namespace).Append("\n{\n    file static class Interceptors\n    {\n");
        int number = 0;
        foreach (var group in sites.GroupBy(static s => s.Method))
            Write(text, group.Key, number++, group.Select(static s => s.Attribute));
        return text.Append("    }\n}\n").ToString();
    }

    static void Write(StringBuilder text, CapturedMethod method, int number, IEnumerable<string> attributes)
    {
        if (number > 0) text.Append('\n');
        string[] types = [.. method.TypeParameters.Select(static t => t.Name)];
        string all = Arguments(types), own = Arguments(types.Skip(types.Length - method.OwnTypeParameters));
        string constraints = string.Concat(method.TypeParameters.Where(static t => t.Constraints.Length > 0).Select(static t => $" where {t.Name} : {t.Constraints}"));
        // Each choice of types has an entry of its own.
        string entry = types.Length == 0 ? $"s_e{number}" : $"E{number}{all}.Entry";
        text.Append(types.Length == 0 ? "        " : $"        static class E{number}{all}{constraints} {{ internal ").Append($"static readonly global::Tiny.Jit.JitEntry {entry.Split('.').Last()} = global::Tiny.Jit.JitEntry.For(typeof(")
            .Append(method.Type).Append("), ").Append(SymbolDisplay.FormatLiteral(method.Name, quote: true))
            .Append(string.Concat(types.Skip(types.Length - method.OwnTypeParameters).Select(static t => $", typeof({t})"))).Append(types.Length == 0 ? ");\n" : "); }\n");
        foreach (var attribute in attributes) text.Append("        ").Append(attribute).Append('\n');
        text.Append("        internal static ").Append(method.Result).Append(" I").Append(number).Append(all).Append('(');
        if (!method.IsStatic) text.Append("this ").Append(method.Type).Append(" self");
        for (int i = 0; i < method.Parameters.Length; i++)
            text.Append(i > 0 || !method.IsStatic ? ", " : method.IsExtension ? "this " : "").Append(method.Parameters[i].Type).Append(" p").Append(i);
        text.Append(')').Append(constraints).Append("\n        {\n");
        // A call on null fails as the plain call would.
        if (!method.IsStatic) text.Append("            _ = self.GetType();\n");
        text.Append("            return (").Append(method.Result).Append(')').Append(entry).Append(".Invoke(")
            .Append(method.IsStatic ? "null" : "self").Append(", static (s, a) => ")
            .Append(method.IsStatic ? method.Type : $"(({method.Type})s!)").Append('.').Append(CapturedMethod.Identifier(method.Name)).Append(own).Append('(');
        for (int i = 0; i < method.Parameters.Length; i++)
            text.Append(i > 0 ? ", " : "").Append('(').Append(method.Parameters[i].Type).Append(")a[").Append(i).Append("]!");
        text.Append("), new object?[] {");
        for (int i = 0; i < method.Parameters.Length; i++)
            text.Append(i > 0 ? ", p" : " p").Append(i);
        text.Append(" })!;\n        }\n");
    }

    static string Arguments(IEnumerable<string> types) => string.Join(", ", types) is { Length: > 0 } list ? $"<{list}>" : "";
}
