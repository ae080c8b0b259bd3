using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Tiny.Jit;

/// <summary>
/// The static fields that a method's code reads and that may change, or whose objects may: its IL, and that of the methods of the user's assemblies that it names, is searched for them.
/// A call whose target is only known at run time (an interface, a delegate) is not followed.
/// </summary>
static class StaticReads
{
    // Enough for any model; a whole application need not be read.
    const int MostMethods = 10_000;

    static readonly ConditionalWeakTable<MethodInfo, FieldSet> s_known = new();
    static readonly FrozenDictionary<short, OpCode> s_codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => f.GetValue(null)).OfType<OpCode>().ToFrozenDictionary(c => c.Value);

    /// <summary>The fields.</summary>
    public static FieldSet Of(MethodInfo method) => s_known.GetValue(method, static m => new(Find(m)));

    static FieldInfo[] Find(MethodInfo start)
    {
        var fields = new HashSet<FieldInfo>();
        var seen = new HashSet<MethodBase> { start };
        var work = new Queue<MethodBase>(seen);
        while (work.TryDequeue(out var method) && seen.Count < MostMethods)
            foreach (var member in MembersIn(method))
                switch (member)
                {
                    case FieldInfo { IsStatic: true, IsLiteral: false } field when IsUsers(field.Module.Assembly) && FieldSet.IsComparable(field) && MayChange(field)
                        && field.DeclaringType is { ContainsGenericParameters: false }:
                        fields.Add(field);
                        break;
                    case MethodBase called when IsUsers(called.Module.Assembly) && seen.Add(called):
                        work.Enqueue(called);
                        break;
                }
        return [.. fields];
    }

    // A field that is set once may hold an object that changes. Where the compiler keeps its own delegates, nothing of the user's is.
    static bool MayChange(FieldInfo field) => !(field.IsInitOnly && (field.FieldType.IsPrimitive || field.FieldType.IsEnum || field.FieldType == typeof(string) || field.FieldType == typeof(Tensor)))
        && !(typeof(Delegate).IsAssignableFrom(field.FieldType) && field.DeclaringType!.Name.StartsWith('<'));

    static IEnumerable<MemberInfo> MembersIn(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray();
        if (code is null) yield break;
        Type[]? typeArguments = method.DeclaringType is { IsGenericType: true } t ? t.GetGenericArguments() : null;
        Type[]? methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < code.Length;)
        {
            // Two-byte codes begin with FE.
            short value = code[at] == 0xFE ? (short)(0xFE00 | code[at + 1]) : code[at];
            var op = s_codes[value];
            at += op.Size;
            if (op.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok
                && Resolve(method.Module, BitConverter.ToInt32(code, at), typeArguments, methodArguments) is { } member) yield return member;
            at += op.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }

    static MemberInfo? Resolve(Module module, int token, Type[]? typeArguments, Type[]? methodArguments)
    {
        try
        {
            return module.ResolveMember(token, typeArguments, methodArguments);
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException or TypeLoadException or FileNotFoundException or NotSupportedException)
        {
            return null;
        }
    }

    static bool IsUsers(Assembly assembly) => assembly != typeof(Tensor).Assembly && FieldSet.MayHoldTensors(assembly);
}
