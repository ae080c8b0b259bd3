using System.Reflection;
using NUnit.Framework;
using Tiny.Nn;

namespace Tiny.Tests.Tensors;

/// <summary>The names that a tensor library is expected to have, as people write them elsewhere, against the public surface: PascalCase, without underscores.</summary>
[TestFixture]
public sealed class SurfaceTests
{
    const string Elementwise = """
        abs acos acosh add asin asinh atan atan2 atanh bitwise_and bitwise_not bitwise_or bitwise_xor ceil celu clamp copysign cos cosh div elu eq ge gt le lt ne erf exp exp2 floor
        fmod gelu hardsigmoid hardswish hardtanh isclose isfinite isinf isnan leaky_relu lerp log log10 log1p expm1 log2 logaddexp logical_not logsigmoid lshift maximum minimum
        mish mod mul neg pow quick_gelu reciprocal relu relu6 remainder round rshift rsqrt selu sigmoid sign silu sin sinh softplus softsign sqrt square sub tan tanh trunc where
        masked_fill
        """;
    const string Reductions = """
        all any argmax argmin allclose cummax cummin cumprod cumsum logcumsumexp logsumexp max mean min prod std std_mean sum var var_mean softmax softmin log_softmax
        """;
    const string Movement = """
        cat chunk diag diagonal expand flatten flip gather masked_select meshgrid nonzero one_hot pad pad_to permute repeat repeat_interleave reshape roll scatter scatter_reduce
        shrink shrink_to sort argsort split squeeze stack topk transpose tril triu unflatten unfold unsqueeze view rearrange
        """;
    const string Nets = """
        avg_pool1d avg_pool2d avg_pool3d max_pool1d max_pool2d max_pool3d batchnorm binary_crossentropy binary_crossentropy_logits conv1d conv2d conv3d conv_transpose1d
        conv_transpose2d conv_transpose3d cross_entropy dot dropout einsum interpolate layernorm linear matmul max_unpool2d newton_schulz nll_loss normalize qr svd solve
        scaled_dot_product_attention sparse_categorical_crossentropy
        """;
    const string Creation = """
        arange empty eye full linspace ones zeros empty_like full_like ones_like zeros_like rand_like randn_like glorot_uniform glorot_normal kaiming_uniform kaiming_normal scaled_uniform
        scaled_normal multinomial manual_seed normal rand randint randn randperm uniform
        """;
    const string Other = "assign backward bitcast cast clone contiguous contiguous_backward detach gradient item realize from to_array copy_to read_from write_to keccak sha3 kernel";
    const string Layers = """
        BatchNorm1d BatchNorm2d BatchNorm3d Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d Embedding GroupNorm InstanceNorm LSTMCell GRUCell LayerNorm Linear
        RMSNorm MultiHeadAttention RotaryEmbedding Sequential SGD Adam AdamW LAMB LARS Muon
        """;

    static string[] Split(string names) => names.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    static readonly HashSet<string> s_methods = [.. typeof(Tensor).GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(m => m.MemberType is MemberTypes.Method or MemberTypes.Property).Select(m => m.Name.ToLowerInvariant())];

    static readonly HashSet<string> s_rows = [.. OperatorTable.ByOperator.Select(rows => rows.Key).Concat(OperatorTable.NoOperators.Keys).Select(n => n.ToLowerInvariant())];

    [TestCase(Elementwise), TestCase(Reductions), TestCase(Movement), TestCase(Nets), TestCase(Creation), TestCase(Other)]
    public void EveryOperatorIsThere(string names)
    {
        string[] all = [.. Split(names).Select(n => n.Replace("_", "", StringComparison.Ordinal))];
        Assert.That(all.Where(n => !s_methods.Contains(n)), Is.Empty, "missing from Tensor");
        Assert.That(all.Where(n => !s_rows.Contains(n)), Is.Empty, "missing from the table of operators, from which they are tested");
    }

    [Test]
    public void EveryLayerAndOptimizerIsThere()
    {
        var types = typeof(Linear).Assembly.GetExportedTypes().Where(t => t.Namespace?.StartsWith("Tiny.Nn", StringComparison.Ordinal) == true).Select(t => t.Name).ToHashSet();
        Assert.That(Split(Layers).Where(n => !types.Contains(n)), Is.Empty, "missing from Tiny.Nn");
    }

    [Test]
    public void FormsThatOptionsName()
    {
        Assert.That(Enum.GetNames<PadMode>(), Is.SupersetOf(new[] { "Constant", "Reflect", "Replicate", "Circular" }));
        Assert.That(Enum.GetNames<InterpolationMode>(), Is.SupersetOf(new[] { "Nearest", "Linear", "Cubic" }));
        Assert.That(Enum.GetNames<ScatterReduction>(), Is.SupersetOf(new[] { "Sum", "Prod", "Mean", "AMax", "AMin" }));
        string[] Options(string method) => [.. typeof(Tensor).GetMethods().Where(m => m.Name == method).SelectMany(m => m.GetParameters()).Select(p => p.Name!)];
        Assert.That(Options("Gelu"), Does.Contain("exact"));
        Assert.That(Options("MaxPool2d"), Is.SupersetOf(new[] { "ceil", "dilation" }));
        Assert.That(Options("ConvTranspose2d"), Is.SupersetOf(new[] { "groups", "dilation", "outputPadding" }));
        Assert.That(Options("CrossEntropy"), Is.SupersetOf(new[] { "smoothing", "ignore" }));
        Assert.That(Options("ScaledDotProductAttention"), Is.SupersetOf(new[] { "mask", "causal" }));
        foreach (var name in new[] { "MaxPool1dWithIndices", "MaxPool2dWithIndices", "MaxPool3dWithIndices" }) Assert.That(typeof(Tensor).GetMethod(name), Is.Not.Null);
        foreach (var op in new[] { "Addition", "Subtraction", "Multiply", "Division", "UnaryNegation", "BitwiseAnd", "BitwiseOr", "ExclusiveOr", "LeftShift", "RightShift", "LogicalNot",
            "OnesComplement", "LessThan", "GreaterThan", "LessThanOrEqual", "GreaterThanOrEqual" })
            Assert.That(typeof(Tensor).GetMethods().Any(m => m.Name == "op_" + op), op);
    }

    /// <summary>What the page on tensors lists is there, and what is there is listed.</summary>
    [Test]
    public void ThePageListsEveryOperator()
    {
        var page = File.ReadAllText(Path.Combine(Repository(), "docs", "tensor.md"));
        var methods = typeof(Tensor).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(m => !m.IsSpecialName && m.GetBaseDefinition().DeclaringType == typeof(Tensor)).Select(m => m.Name).Distinct();
        Assert.That(methods.Where(n => !System.Text.RegularExpressions.Regex.IsMatch(page, $@"\b{n}\b")), Is.Empty, "not on the page docs/tensor.md");
    }

    static string Repository([System.Runtime.CompilerServices.CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
