using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Schedule;

namespace Tiny.Core.Tests.Lower;

/// <summary>Kernels that differ in numbers alone are given one code, of which each is what its numbers say.</summary>
public sealed class KernelFormsTests
{
    static readonly OptOp[] s_tile = [new(OptKind.Vector, 1, 4), new(OptKind.Upcast, 0, 2), new(OptKind.Unroll, 2, 4)];

    [Test]
    public void ProductsOfOtherSizesAreOneForm()
    {
        LinearKernel[] kernels = [Product(16, 32, 24), Product(32, 64, 48), Product(8, 16, 40)];
        var forms = KernelForms.Of(kernels);
        Assert.That(forms.Select(f => f.Code).Distinct().Count(), Is.EqualTo(1));
        Assert.That(forms.Select(f => f.Numbers.Length), Is.All.EqualTo(forms[0].Code.Variables.Length));
        for (int i = 0; i < kernels.Length; i++)
        {
            var form = forms[i];
            Assert.That(WgslRenderer.DispatchSize(form.Code, form.Code.Variables.Zip(form.Numbers).ToDictionary()), Is.EqualTo(WgslRenderer.DispatchSize(kernels[i])));
            // The sum's loop, with the numbers in their places.
            string shared = Loop(form.Code);
            for (int n = form.Numbers.Length - 1; n >= 0; n--) shared = shared.Replace($"sizes.n{n}", $"{form.Numbers[n]}", StringComparison.Ordinal);
            Assert.That(Computed(shared), Is.EqualTo(Loop(kernels[i])));
        }
    }

    [Test]
    public void WhatDiffersInMoreThanNumbersStaysItself()
    {
        LinearKernel[] kernels = [Product(16, 32, 24), Lowered(F(16, 32).MatMul(F(32, 24)).Relu(), s_tile), Lowered(F(16, 32).MatMul(F(32, 24)))];
        Assert.That(KernelForms.Of(kernels).Select(f => f.Code), Is.EqualTo(kernels));
    }

    [Test]
    public void NegativeOffsetsAreNumbersToo()
    {
        LinearKernel[] kernels = [.. new[] { 12, 20 }.Select(n => Lowered(F(1, 2, n, n).Conv2d(F(2, 2, 3, 3), padding: 1)))];
        var forms = KernelForms.Of(kernels);
        Assert.That(forms[0].Code, Is.SameAs(forms[1].Code));
        Assert.That(Text(forms[0].Code), Does.Match(@" - [^;]*sizes\.n"));
    }

    /// <summary>Strides and offsets are multiples, products and sums of a few numbers; those that are not are given.</summary>
    [Test]
    public void NumbersFollowFromOthers()
    {
        long[] width = [14, 28, 56], channels = [96, 24, 48];
        long[] row = [.. width.Zip(channels, (w, c) => w * c)];
        long[][] rows = [width, channels, row, [.. channels.Select(c => 2 * c)], [.. row.Zip(channels, (r, c) => r + c)], [.. width.Select(w => w + 1)], [5, 5, 5]];
        var numbers = new FormNumbers([], rows);
        Assert.That(numbers.Rows, Has.Count.EqualTo(2));
        foreach (var r in rows[..^1])
        {
            var sum = numbers.Of(r)!;
            Assert.That(Enumerable.Range(0, r.Length).Select(k => sum.Constant + sum.Terms.Sum(t => t.Factor * numbers.Rows[t.A][k] * (t.B < 0 ? 1 : numbers.Rows[t.B][k]))), Is.EqualTo(r));
        }
        Assert.That(numbers.Of(rows[^1]), Is.Null, "it is the same in all");
        Assert.That(new FormNumbers([row], rows).Rows[0], Is.EqualTo(row), "it is to be given as it is");
        Assert.That(new FormNumbers([], [.. rows, [17, 1000, 3]]).Rows, Has.Count.EqualTo(3));
    }

    // Products of numbers as one number.
    static string Computed(string text) =>
        Regex.Replace(Regex.Replace(text, @"(?<![\w.])(\d+) \* (\d+)(?![\w.])", m => $"{int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) * int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture)}"), @"(?<!\w)\((\d+)\)", "$1");

    static string Loop(LinearKernel kernel)
    {
        // Names are numbered from the first, which the thread's id may take.
        string text = Text(kernel);
        return string.Join('\n', text[text.IndexOf("for (", StringComparison.Ordinal)..].Split('\n').TakeWhile(l => l != "    }"));
    }

    static string Text(LinearKernel kernel) => WgslRenderer.Render(kernel, [.. kernel.Params.Select((p, i) => new WgslBinding($"p{i}", p.Written))]);

    static LinearKernel Product(int rows, int steps, int columns) => Lowered(F(rows, steps).MatMul(F(steps, columns)), s_tile);

    static LinearKernel Lowered(Tensor x, params OptOp[] choices) => LowerPipeline.Run(Scheduler.Run([x.Node]).Launches.Single().Kernel, WgslRenderer.Profile, chosen: choices);

    static Tensor F(params int[] shape) => Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i * 37 % 101 / 50f - 1)], shape);
}
