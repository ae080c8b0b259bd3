using Microsoft.CodeAnalysis;
using static Microsoft.CodeAnalysis.DiagnosticSeverity;

namespace Tiny.SourceGen.Rules;

/// <summary>What the rules say, by their ids. A rule has one title, and a message for each way in which it is broken.</summary>
static class Descriptors
{
    // A page for each rule, named by its id, in this repository.
    const string Pages = "docs/diagnostics/";

    const string Signature = "Unsupported type in a captured method";

    public static readonly DiagnosticDescriptor Parameter = Make(
        "TINY0001", Error, Signature,
        "Parameter '{0}' of captured method '{1}' has type '{2}'; it can be Tensor, Dim, a number, bool, string, an enum, or a tuple, array, List, Dictionary by strings or record of those",
        "A captured method is replayed for each combination of tensor shapes and plain values, so its parameters are those.");

    public static readonly DiagnosticDescriptor Dimension = Make(
        "TINY0001", Error, Signature,
        "{0} in the [Shape] of parameter '{1}' of captured method '{2}' is no extent; write a number, or a name with bounds as in \"t:1..512\"",
        "A dimension is a number, or has a name: then one capture serves all its values between the bounds.");

    public static readonly DiagnosticDescriptor Result = Make(
        "TINY0001", Error, Signature,
        "Captured method '{0}' returns '{1}'; it can return Tensor, or a tuple, array, List, Dictionary by strings or record of Tensors and, beside them, plain values",
        "A captured method computes nothing itself: it returns the tensors that its program computes. Plain values beside them are those of the capture.");

    const string MethodKind = "Method cannot be captured";

    public static readonly DiagnosticDescriptor Kind = Make(
        "TINY0002", Error, MethodKind,
        "'{0}' {1} and cannot be captured; move the tensor code into an ordinary method of a class and put [TinyJit] there",
        "A captured call is replaced by a compiled program. That needs a method that returns its results, all at once, for types known when it is compiled.");

    public static readonly DiagnosticDescriptor ByReference = Make(
        "TINY0002", Error, MethodKind,
        "Parameter '{0}' of captured method '{1}' is passed by reference; pass it by value and return what the method computes",
        "A captured call is replaced by a compiled program, which cannot write a caller's variable.");

    const string ExportShape = "Exported method's parameter is not declared in full";

    public static readonly DiagnosticDescriptor NoShape = Make(
        "TINY0003", Error, ExportShape,
        "Tensor parameter '{0}' of exported method '{1}' has no shape; write [Shape(1, 28, 28)] with its own extents before it",
        "The build captures an exported method without running the program, so it must read the shape of every tensor parameter from the code.");

    public static readonly DiagnosticDescriptor NoShapeOfParts = Make(
        "TINY0003", Error, ExportShape,
        "The tensors in parameter '{0}' of exported method '{1}' have no shapes; write [Shape(1, 64, Of = \"name\")] before it, one for each",
        "The build captures an exported method without running the program, so it must read the shape of every tensor parameter from the code.");

    public static readonly DiagnosticDescriptor NoDefault = Make(
        "TINY0003", Error, ExportShape,
        "Parameter '{0}' of exported method '{1}' has no default value; the build has none to pass",
        "The build captures an exported method without running the program, so a parameter that is no tensor takes its default value.");

    public static readonly DiagnosticDescriptor NoBounds = Make(
        "TINY0003", Error, ExportShape,
        "Size '{0}' of exported method '{1}' has no bounds; write [Bounds(1, 512)] with its own before it",
        "One program serves every value of a size, so the build must read its bounds from the code.");

    public static readonly DiagnosticDescriptor ExportModel = Make(
        "TINY0004", Error, "Exported model cannot be constructed by the build",
        "'{0}' cannot be exported: {1}",
        "The build makes one instance of the model, with its weights, and exports the captured methods of that instance.");

    public static readonly DiagnosticDescriptor ExportWithoutCapture = Make(
        "TINY0005", Error, "Exported method is not captured",
        "'{0}' has [TinyExport] but not [TinyJit]; add [TinyJit]",
        "An export writes out the program of a captured method; without [TinyJit] there is none and nothing would be exported.");

    public static readonly DiagnosticDescriptor Overload = Make(
        "TINY0006", Error, "Captured methods share a name",
        "Class '{0}' has another captured method '{1}'; give this one a name of its own",
        "A captured method is an entry point known by its name, so captured methods of one class cannot be overloads of each other.");

    public static readonly DiagnosticDescriptor ValueRequest = Make(
        "TINY0007", Error, "Value requested while a method is captured",
        "'{0}' asks for elements that depend on {1}, which have no value while '{2}' is captured; return the tensor and ask the result, or go on computing with tensors",
        "A captured method is called once, with tensors that have no elements; replays compute them. Only what depends on neither arguments nor written state has a value.");

    public static readonly DiagnosticDescriptor ValueBranch = Make(
        "TINY0008", Error, "Branch on a tensor's value in a captured method",
        "Which way this goes depends on elements of {0}, which have no value while '{1}' is captured; compute both and choose with Where, or decide in the caller",
        "A captured method is called once, and replays go the way that it went then. Shapes, dtypes and plain arguments may decide it, since they are part of the signature.");

    public static readonly DiagnosticDescriptor MutableRead = Make(
        "TINY0009", Info, "Captured method reads a variable that can change",
        "'{0}' can change between calls of '{1}': {2}; make it readonly, or a parameter",
        "A captured method is called once, so what it reads from a variable becomes part of the program. The live JIT compares such variables at each call and captures again; an export cannot.");

    public static readonly DiagnosticDescriptor ImpureCall = Make(
        "TINY0010", Warning, "Captured method does something besides computing",
        "'{0}' {1} only when '{2}' is captured, not when it is replayed; do it in the caller and pass on what it gives",
        "A captured method is called once; replays run its tensor operations and nothing else. Random tensors (Tensor.Rand and its like) are drawn anew in each call.");

    public static readonly DiagnosticDescriptor RepointedTensor = Make(
        "TINY0011", Error, "Captured method makes a variable hold another tensor",
        "'{0}' is made to hold another tensor only when '{1}' is captured, not when it is replayed; write the new elements into the one it holds: {0}.Assign(...)",
        "A captured program knows tensors from outside by their memory. Assign writes there, in every call; another tensor in the variable would be one that no replay makes.");

    public static readonly DiagnosticDescriptor WriteAtCapture = Make(
        "TINY0012", Error, "Captured method writes a variable",
        "'{0}' is written only when '{1}' is captured, not when it is replayed; keep it in a tensor and Assign to that, or write it in the caller",
        "A captured method is called once; replays run its tensor operations and nothing else. State that each call changes is a tensor.");

    const string UninterceptedUse = "Captured method is not replayed here";

    public static readonly DiagnosticDescriptor Delegate = Make(
        "TINY0013", Info, UninterceptedUse,
        "Calls of '{0}' through this delegate are not replayed, though they mean the same; TinyJit.Of({1}) makes one that is",
        "The compiler routes direct calls of a captured method to its compiled program. It cannot see through delegates.");

    public static readonly DiagnosticDescriptor UninterceptedCall = Make(
        "TINY0013", Info, UninterceptedUse,
        "This call of '{0}' is not replayed, though it means the same: {1}; TinyJit.Of makes a delegate that is",
        "The compiler routes direct calls of a captured method to its compiled program. It cannot see through interfaces and base classes, or name what is private.");

    public static readonly DiagnosticDescriptor LanguageVersion = Make(
        "TINY0014", Warning, "Language version is too old to replay captured methods",
        "Calls of '{0}' are not replayed, though they mean the same: that needs C# 12, and this project is compiled as C# {1}; remove LangVersion from the project, or call TinyJit.Of({0})",
        "Calls of captured methods are routed to the compiled program by code that is generated in C# 12.");

    static DiagnosticDescriptor Make(string id, DiagnosticSeverity severity, string title, string message, string description) =>
        new(id, title, message, "Tiny", severity, isEnabledByDefault: true, description, Pages + id + ".md");
}
