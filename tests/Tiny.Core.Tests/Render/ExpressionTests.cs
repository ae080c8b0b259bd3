using NUnit.Framework;
using Tiny.Render;

namespace Tiny.Core.Tests.Render;

/// <summary>Parentheses: as few as C and WGSL need and compilers do not warn about.</summary>
public class ExpressionTests
{
    static readonly Expression a = Expression.Primary("a"), b = Expression.Primary("b"), c = Expression.Primary("c");

    static Expression Of(Expression x, string op, Expression y) => Expression.Binary(x, op, y);

    [TestCase("+", "+", "a + b + c", "a + (b + c)")]
    [TestCase("+", "-", "a + b - c", "a - (b + c)")]
    [TestCase("*", "+", "a * b + c", "a + b * c")]
    [TestCase("+", "*", "(a + b) * c", "a * (b + c)")]
    [TestCase("/", "*", "a / b * c", "a * (b / c)")]
    [TestCase("+", "<", "a + b < c", "a < b + c")]
    [TestCase("<", "&&", "a < b && c", "a && b < c")]
    [TestCase("&&", "||", "(a && b) || c", "a || (b && c)")]
    [TestCase("||", "&&", "(a || b) && c", "a && (b || c)")]
    [TestCase("&&", "&&", "a && b && c", "a && b && c")]
    [TestCase("<", "!=", "(a < b) != c", "a != (b < c)")]
    [TestCase("+", "&", "(a + b) & c", "a & (b + c)")]
    [TestCase("&", "&", "a & b & c", "a & b & c")]
    [TestCase("|", "&", "(a | b) & c", "a & (b | c)")]
    [TestCase("+", "<<", "(a + b) << c", "a << (b + c)")]
    [TestCase("<<", "+", "(a << b) + c", "a + (b << c)")]
    public void Nested(string inner, string outer, string left, string right)
    {
        Assert.That(Of(Of(a, inner, b), outer, c).Text, Is.EqualTo(left));
        Assert.That(Of(a, outer, Of(b, inner, c)).Text, Is.EqualTo(right));
    }

    [Test]
    public void Prefixes()
    {
        Assert.That(Expression.Prefix("-", Of(a, "+", b)).Text, Is.EqualTo("-(a + b)"));
        Assert.That(Expression.Prefix("-", Expression.Prefix("-", a)).Text, Is.EqualTo("-(-a)"));
        Assert.That(Of(Expression.Prefix("-", a), "*", b).Text, Is.EqualTo("-a * b"));
        Assert.That(Expression.Prefix("!", Of(a, "&&", b)).Text, Is.EqualTo("!(a && b)"));
    }

    [Test]
    public void Calls()
    {
        Assert.That(Expression.Call("f", Of(a, "<", b), Of(a, "+", c)).Text, Is.EqualTo("f(a < b, a + c)"));
        Assert.That(Expression.Call("f", Of(a, ">", b), Of(a, "<", c)).Text, Is.EqualTo("f(a > b, a < c)"));
        Assert.That(Expression.Call("f", c, Of(a, "<", b), Of(a, ">=", c)).Text, Is.EqualTo("f(c, (a < b), (a >= c))"), "no list of template arguments in WGSL");
        Assert.That(Expression.Call("f", Of(a, "<", b), Of(a, ">>", c)).Text, Is.EqualTo("f((a < b), (a >> c))"));
    }

    [Test]
    public void Conditionals()
    {
        var choice = Expression.Conditional(Of(a, "<", b), a, b);
        Assert.That(choice.Text, Is.EqualTo("a < b ? a : b"));
        Assert.That(Of(choice, "+", c).Text, Is.EqualTo("(a < b ? a : b) + c"));
        Assert.That(Expression.Conditional(choice, a, b).Text, Is.EqualTo("(a < b ? a : b) ? a : b"));
        Assert.That(Expression.Conditional(a, choice, c).Text, Is.EqualTo("a ? a < b ? a : b : c"));
    }
}

/// <summary>Names of models as identifiers.</summary>
public class IdentifiersTests
{
    [TestCase("blocks.0.attn.wq", "blocks_0_attn_wq")]
    [TestCase("conv1/weight:0", "conv1_weight_0")]
    [TestCase("__hidden__", "hidden")]
    [TestCase("1x1", "n1x1")]
    [TestCase("größe", "gr_e")]
    [TestCase("...", "v")]
    public void Cleaned(string name, string identifier)
    {
        Assert.That(Identifiers.ForC().Of(name), Is.EqualTo(identifier));
        Assert.That(Identifiers.ForWgsl().Of(name), Is.EqualTo(identifier));
    }

    [TestCase("double"), TestCase("log"), TestCase("uint8_t"), TestCase("f4"), TestCase("max_f32"), TestCase("f32_to_i32")]
    public void ReservedInC(string name) => Assert.That(Identifiers.ForC().Of(name), Is.EqualTo(name + "_"));

    [TestCase("var"), TestCase("array"), TestCase("target"), TestCase("lid"), TestCase("max_nan")]
    public void ReservedInWgsl(string name) => Assert.That(Identifiers.ForWgsl().Of(name), Is.EqualTo(name + "_"));

    [Test]
    public void Unique()
    {
        var names = Identifiers.ForC();
        Assert.That(new[] { names.Of("a.b"), names.Of("a_b"), names.Of("a b") }, Is.EqualTo(new[] { "a_b", "a_b_1", "a_b_2" }));
        Assert.That(names.Nested().Of("a/b"), Is.EqualTo("a_b_3"));
        Assert.That(names.Of("a-b"), Is.EqualTo("a_b_3"), "an inner scope takes nothing from the outer one");
    }
}
