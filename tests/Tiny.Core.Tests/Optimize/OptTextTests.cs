using NUnit.Framework;
using Tiny.Optimize;

namespace Tiny.Tests.Optimize;

/// <summary>Choices are read as they are printed.</summary>
public sealed class OptTextTests
{
    static IEnumerable<OptOp> Every => Enum.GetValues<OptKind>().SelectMany(kind => kind == OptKind.Stage
        ? new[] { OptOp.Stage(2, 0), OptOp.Stage(0, 3, 1001, 1000), OptOp.Stage(int.MaxValue, 7, 0) }
        : [new OptOp(kind, 0, 2), new OptOp(kind, 1003, 16), new OptOp(kind, int.MaxValue, int.MaxValue)]);

    [TestCaseSource(nameof(Every))]
    public void OneIsReadAsItIsPrinted(OptOp choice) => Assert.That(OptText.Parse(choice.ToString()), Is.EqualTo(new[] { choice }));

    [Test]
    public void SoAreLists()
    {
        Assert.That(OptText.Parse(""), Is.Empty);
        var random = new Random(3);
        var all = Every.ToArray();
        for (int i = 0; i < 200; i++)
        {
            OptOp[] list = random.GetItems(all, random.Next(8));
            Assert.That(OptText.Parse(OptText.Of(list)), Is.EqualTo(list));
        }
    }

    [TestCase("Upcast", "'Upcast' is no choice")]
    [TestCase("Upcast(0)", "is no choice")]
    [TestCase("Upcast(0, 2) ", "'' is no choice")]
    [TestCase("Upcast(0, 2)Upcast(1, 2)", "one space")]
    [TestCase("Upcast(0, 2)  Upcast(1, 2)", "is no choice")]
    [TestCase("Upcast(00, 2)", "write Upcast(0, 2)")]
    [TestCase("Upcast(0, -2)", "is no choice")]
    [TestCase("Upcast(0, 2, 3)", "write Upcast(0, 2)")]
    [TestCase("Upcast(operand 0, 2)", "write Upcast(0, 2)")]
    [TestCase("Stage(2, 0)", "write Stage(operand 2, 0)")]
    [TestCase("Upcast(0, 99999999999)", "99999999999 is too large")]
    [TestCase("Enlarge(0, 2)", "there is no 'Enlarge'; there are: Upcast, Vector")]
    [TestCase("upcast(0, 2)", "there is no 'upcast'")]
    [TestCase("rubbish", "'rubbish' is no choice")]
    public void OtherTextIsRefused(string text, string message) => Assert.That(() => OptText.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(message));
}
