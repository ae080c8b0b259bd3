using System.Reflection;

namespace Tiny.Tests;

/// <summary>
/// What the tensor library composes from primitives, several operators of a kind in a case. The live CPU and C run all cases, WebGPU those
/// of <see cref="Representative"/>. Arguments are those of the operator suite.
/// </summary>
public sealed class LibrarySuite
{
    public static readonly LibrarySuite Instance = new();

    /// <summary>The cases by name.</summary>
    public static IReadOnlyList<MethodInfo> Cases { get; } =
        [.. typeof(LibrarySuite).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(m => m.IsDefined(typeof(TinyJitAttribute)))];

    static readonly string[] s_representative = [nameof(Exponentials), nameof(Angles), nameof(Rounding)];

    /// <summary>Cases that show each way in which library code meets a backend, without its compile time for the rest.</summary>
    public static IReadOnlyList<MethodInfo> Representative { get; } = [.. Cases.Where(m => s_representative.Contains(m.Name))];

    // ---- elementwise
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Exponentials([Shape(50)] Tensor x) => ((x * 2).Expm1(), x.Log1p(), (x * 3).Erf(), (x.Abs() * 9).Log10());
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Hyperbolic([Shape(50)] Tensor x) => ((x * 4).Sinh(), (x * 4).Cosh(), (x * 4).Asinh(), (x * 2 + 3).Acosh() + x.Atanh());
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Angles([Shape(50)] Tensor x, [Shape(50)] Tensor y) => (x.Asin() + x.Acos() * 2, (x * 5).Atan(), y.Atan2(x), (x * 3).Cos() + x.Tan());
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor, Tensor) Units([Shape(41)] Tensor x) => ((x * 3).Elu(), (x * 3).Celu(0.5), (x * 3).Selu(), (x * 3).Mish(), (x * 3).Softplus(2));
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor, Tensor) HardUnits([Shape(41)] Tensor x) =>
        ((x * 4).HardSigmoid(), (x * 4).HardSwish(), (x * 2).HardTanh(), x.LeakyRelu(), x.Softsign());
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) SmoothUnits([Shape(41)] Tensor x) => ((x * 4).LogSigmoid(), (x * 3).QuickGelu(), (x * 3).Gelu(exact: true), x.LogAddExp(-x));
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Rounding([Shape(60)] Tensor x, [Shape(60, DType = ScalarKind.Int32)] Tensor i) =>
        ((x * 9).Round(), i.Sign(), x.CopySign(i), (i.Cast(DType.Float32) * 0.5f).Round());
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Remainders([Shape(60)] Tensor x, [Shape(60, DType = ScalarKind.Int32)] Tensor i) =>
        ((x * 9).Fmod(1.75), (x * 9).Remainder(-1.75), i.Fmod(-7), i.Remainder(-7));
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Choices([Shape(4, 15)] Tensor x, [Shape(15)] Tensor y) =>
        (x.MaskedFill(y.Gt(0), -1), x.Lerp(y, 0.25), x.IsClose(y, absolute: 0.5).Cast(DType.Int32), x.Abs().Pow(y));
}
