using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests.Algebra;

/// <summary>Random chains of movement: the index that they become, evaluated at every element, finds what the interpreter finds.</summary>
public sealed class MovementFuzzTests
{
    [Test]
    public void ChainsOfMovementFindTheirElements([Range(0, 9)] int seed)
    {
        var random = new Random(seed);
        for (int n = 0; n < 60; n++)
        {
            int[] shape = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, 5))];
            int count = shape.Aggregate(1, (a, b) => a * b);
            var x = Tensor.From<int>([.. Enumerable.Range(1, count)], shape);
            var text = new List<string> { $"[{string.Join(", ", shape)}]" };
            for (int i = random.Next(1, 7); i > 0; i--)
            {
                var (name, y) = Move(random, x);
                if (y.Shape.Size is 0 or > 400) continue;
                text.Add(name);
                x = y;
            }
            Check(x, count, string.Join(" -> ", text));
        }
    }

    static void Check(Tensor result, int count, string text)
    {
        var expected = MemoryMarshal.Cast<byte, int>(Interpreter.Evaluate(result.Node).Copied()).ToArray();
        using var table = Interner.Open();
        var movement = new Movement(Symbolic.Simplifier());
        UOp[] axes = [.. result.Shape.Select((extent, i) => UOp.Range(i, AxisKind.Loop, extent))];
        var (index, gate, node) = (axes, UOp.Bool(true), result.Node);
        for (; node.Op is >= Op.Reshape and <= Op.Flip; node = node.Src[0])
        {
            (index, var valid) = movement.Through(node, index);
            gate = movement.Both(gate, valid);
        }
        var place = movement.Flatten(node.Shape, index);
        for (int e = 0; e < expected.Length; e++)
        {
            var at = new Dictionary<UOp, long>(ReferenceEqualityComparer.Instance);
            int rest = e;
            for (int i = axes.Length - 1; i >= 0; i--)
            {
                at[axes[i]] = rest % result.Shape[i];
                rest /= result.Shape[i];
            }
            if (IndexFuzzTests.Value(gate, at) == 0)
            {
                Assert.That(expected[e], Is.Zero, text);
                continue;
            }
            long found = IndexFuzzTests.Value(place, at);
            Assert.That(found, Is.InRange(0, count - 1), text);
            Assert.That(found + 1, Is.EqualTo(expected[e]), text);
        }
    }

    static (string, Tensor) Move(Random random, Tensor x)
    {
        int rank = x.Rank;
        switch (random.Next(7))
        {
            case 0:
                int[] order = [.. Enumerable.Range(0, rank).OrderBy(_ => random.Next())];
                return ($"permute {string.Join(',', order)}", x.Permute(order));
            case 1:
                int[] flipped = [.. Enumerable.Range(0, rank).Where(_ => random.Next(2) == 0)];
                return ($"flip {string.Join(',', flipped)}", x.Flip(flipped));
            case 2:
                (Dim, Dim)[] added = [.. Enumerable.Range(0, rank).Select(_ => (random.Next(3), random.Next(3)))];
                return ($"pad {string.Join(',', added)}", x.Pad(added));
            case 3:
                (Dim, Dim)[] kept = [.. x.Shape.Select(d => random.Next(d)).Zip(x.Shape, (from, d) => (from, random.Next(from + 1, d + 1)))];
                return ($"shrink {string.Join(',', kept)}", x.Shrink(kept));
            case 4:
                int axis = random.Next(rank + 1), times = random.Next(1, 4);
                int[] shape = [.. x.Shape];
                return ($"repeat {axis} {times}", x.Unsqueeze(axis).Expand([.. shape[..axis], times, .. shape[axis..]]));
            default:
                int[] to = Factors(random, x.Shape.Aggregate(1, (a, b) => a * b));
                return ($"reshape {string.Join(',', to)}", x.Reshape(to));
        }
    }

    // A random shape with so many elements.
    static int[] Factors(Random random, int count)
    {
        var shape = new List<int>();
        while (count > 1 && shape.Count < 4)
        {
            int[] divisors = [.. Enumerable.Range(1, count).Where(d => count % d == 0)];
            shape.Add(divisors[random.Next(divisors.Length)]);
            count /= shape[^1];
        }
        return [.. shape, count];
    }
}
