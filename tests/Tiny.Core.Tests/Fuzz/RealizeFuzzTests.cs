using NUnit.Framework;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Fuzz;

/// <summary>
/// Random programs, each built again and again with other values, other constants, and inputs that are or are not the same memory: what was compiled for one turn may serve
/// another only where it computes what the interpreter does.
/// </summary>
public sealed class RealizeFuzzTests
{
    const int Turns = 8, Inputs = 4, Steps = 9;

    [Test]
    public void ProgramsThatAreRepeatedAgreeWithTheInterpreter([Range(0, 119)] int seed)
    {
        int compiled = RealizePrograms.Compiled, realized = 0;
        for (int turn = 0; turn < Turns; turn++) realized += new Turn(seed, turn).Run();
        Assert.That(RealizePrograms.Compiled - compiled, Is.LessThanOrEqualTo(realized));
    }

    [Test]
    public void MostTurnsCompileNothing()
    {
        int compiled = RealizePrograms.Compiled, realized = 0;
        for (int seed = 0; seed < 40; seed++)
            for (int turn = 0; turn < Turns; turn++) realized += new Turn(seed, turn).Run();
        // Two by their constants, one for all others, as often as inputs are alike in another way.
        Assert.That(RealizePrograms.Compiled - compiled, Is.LessThan(realized * 0.7));
    }

    /// <summary>The program of a seed with the values of a turn.</summary>
    sealed class Turn(int seed, int turn)
    {
        readonly Random _structure = new(seed), _values = new(unchecked(seed * 31 + turn));
        readonly List<Tensor> _tensors = [];

        /// <summary>How many results were asked for together.</summary>
        public int Run()
        {
            for (int i = 0; i < Inputs; i++) _tensors.Add(Input());
            for (int i = 0; i < Steps; i++) _tensors.Add(Step());
            int groups = _structure.Next(1, 3);
            for (int i = 0; i < groups; i++) Ask([.. Enumerable.Range(0, _structure.Next(1, 4)).Select(_ => Any())]);
            // What was computed on the way is right too.
            Ask([_tensors[^1]]);
            return groups + 1;
        }

        void Ask(Tensor[] asked)
        {
            var expected = Interpreter.Evaluate([.. asked.Select(t => t.Node)]);
            Tensor.Realize(asked);
            for (int i = 0; i < asked.Length; i++)
                Assert.That(asked[i].Storage!.ToHost().Copied().SequenceEqual(expected[i].Copied()), $"seed {seed}, turn {turn}, result {i}: {asked[i]}");
        }

        // Shapes are the program's, values the turn's, and so is which inputs are one memory.
        Tensor Input()
        {
            var shape = _structure.Next(3) == 0 ? new Shape(3) : new Shape(4, 3);
            var alike = _tensors.Where(t => t.Shape.Equals(shape)).ToList();
            if (alike.Count > 0 && _values.Next(4) == 0) return alike[_values.Next(alike.Count)];
            var x = Tensor.From([.. Enumerable.Range(0, shape.Numel).Select(_ => _values.Next(-9, 10))], shape.Extents());
            return _structure.Next(4) == 0 ? (x + 1).Realize() : x;
        }

        Tensor Any() => _tensors[_structure.Next(_tensors.Count)];

        // In most turns a constant has the program's value.
        int Constant(int own) => _values.Next(3) == 0 ? _values.Next(-5, 6) : own;

        Tensor Step()
        {
            Tensor x = Any(), y = _tensors.Where(t => t.Shape.Equals(x.Shape)).ElementAt(_structure.Next(_tensors.Count(t => t.Shape.Equals(x.Shape))));
            int own = _structure.Next(-5, 6);
            switch (_structure.Next(16))
            {
                case 0: return x + y;
                case 1: return x * y + Constant(own);
                case 2: return x * Constant(own);
                case 3: return x.Maximum(Constant(own)) - y;
                case 4: return x.Lt(Constant(own)).Where(y, x + Constant(own + 1));
                case 5: return x.Sum(0, keepdim: true) + y;
                case 6: return x.Rank == 2 ? x.Transpose().Reshape(4, 3) : x.Flip(0);
                case 7: return x.FloorDiv(Constant(own) is 0 ? 1 : Constant(own) | 1);
                case 8: return x.Detach() + y.Contiguous();
                case 9: return x.WithGradient(t => t * 2, (t, g) => g);
                case 10: return x + Tensor.Arange(3) * Constant(own);
                case 11: return x.Take(Tensor.Arange(x.Shape[0]) * 0 + Constant(own));
                case 12: return Written(x.Contiguous(), y, own);
                case 13: return Written(x * 1 + y, y, own);
                case 14: return (x.Cast(DType.Float32) * (Constant(own) * 0.5)).Trunc().Cast(DType.Int32);
                default: return x.Pad([.. Enumerable.Range(0, x.Rank).Select(axis => axis == 0 ? ((Dim)1, (Dim)0) : ((Dim)0, (Dim)0))])[..^1] ^ Tensor.Full(x.Shape, Constant(own));
            }
        }

        // A tensor of its own with a row written, perhaps by itself, and perhaps twice.
        Tensor Written(Tensor own, Tensor by, int constant)
        {
            int row = _structure.Next(3);
            own[row] = by[_structure.Next(3)] + Constant(constant);
            if (_structure.Next(2) == 0) own[1..].Assign(own[..^1] * 2);
            if (_structure.Next(2) == 0) _tensors.Add(own + 1);
            return own;
        }
    }
}
