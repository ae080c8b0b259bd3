using NUnit.Framework;

namespace Tiny.Tests.Fuzz;

/// <summary>Random programs of writes, views and reads against plain arrays: an oracle that knows nothing of graphs.</summary>
public sealed class AssignFuzzTests
{
    [Test]
    public void ProgramsOfWritesDoWhatTheyDoToArrays([Range(0, 149)] int seed) => Assert.That(new Machine(seed).Run(), Is.Null);

    /// <summary>A tensor beside the array that holds its elements, and the place there of each element that it shows.</summary>
    sealed record Shown(Tensor Tensor, int[] Memory, int[] Places, int[] Dims)
    {
        public int[] Values => [.. Places.Select(p => Memory[p])];
    }

    sealed class Machine(int seed)
    {
        readonly Random _random = new(seed);
        readonly List<Shown> _shown = [];
        readonly List<(Tensor Tensor, int[] Expected, string Step)> _reads = [];
        readonly List<string> _log = [];

        public string? Run()
        {
            for (int i = 0; i < 3; i++) New([_random.Next(1, 5), _random.Next(1, 6)]);
            int steps = _random.Next(5, 40);
            for (int i = 0; i < steps; i++) Step();
            foreach (var s in _shown) _reads.Add((s.Tensor, s.Values, "at the end"));
            foreach (int i in Enumerable.Range(0, _reads.Count).OrderBy(_ => _random.Next()))
                if (Check(_reads[i]) is { } problem) return problem;
            return null;
        }

        string? Check((Tensor Tensor, int[] Expected, string Step) read)
        {
            // The interpreter first: it leaves the graph as it is.
            int[] oracle = Tensors.Values.Same<int>(read.Tensor);
            return oracle.SequenceEqual(read.Expected) ? null
                : $"{read.Step}: [{string.Join(", ", oracle)}], not [{string.Join(", ", read.Expected)}]\n{string.Join('\n', _log)}";
        }

        void Step()
        {
            switch (_random.Next(10))
            {
                case 0:
                    New([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => _random.Next(1, 5))]);
                    break;
                case 1 or 2 or 3:
                    _shown.Add(View(Any()));
                    break;
                case 4:
                    var read = Any();
                    _log.Add($"read {Id(read)}");
                    _reads.Add((read.Tensor * 3 + 1, [.. read.Values.Select(v => v * 3 + 1)], $"read {_reads.Count}"));
                    break;
                case 5:
                    _log.Add("realise");
                    Any().Tensor.Realize();
                    break;
                default:
                    Write(Any());
                    break;
            }
        }

        void Write(Shown to)
        {
            for (int views = _random.Next(3); views > 0; views--) to = View(to);
            var from = _shown.Where(s => s.Dims.SequenceEqual(to.Dims)).OrderBy(_ => _random.Next()).FirstOrDefault();
            int constant = _random.Next(-50, 50), kind = from is null ? 0 : _random.Next(4);
            int[] values = kind switch
            {
                0 => [.. to.Places.Select(_ => constant)],
                1 => from!.Values,
                2 => [.. from!.Values.Zip(to.Values, (a, b) => a + b * 2)],
                _ => [.. from!.Values.Select(v => v * constant)],
            };
            _log.Add($"write {kind} to {Id(to)} [{string.Join(",", to.Places)}] from {(from is null ? "-" : Id(from))}");
            if (kind == 0) to.Tensor.Assign(constant);
            else to.Tensor.Assign(kind switch { 1 => from!.Tensor, 2 => from!.Tensor + to.Tensor * 2, _ => from!.Tensor * constant });
            for (int i = 0; i < values.Length; i++) to.Memory[to.Places[i]] = values[i];
        }

        Shown View(Shown of)
        {
            int rank = of.Dims.Length, axis = _random.Next(Math.Max(1, rank));
            int kind = rank == 0 ? 4 : _random.Next(6);
            switch (kind)
            {
                case 0:
                    int lo = _random.Next(of.Dims[axis]), hi = _random.Next(lo, of.Dims[axis] + 1);
                    return Take(of, axis, [.. Enumerable.Range(lo, hi - lo)], false, of.Tensor[Part(axis, lo..hi)]);
                case 1:
                    int at = _random.Next(Math.Max(1, of.Dims[axis]));
                    return of.Dims[axis] == 0 ? of : Take(of, axis, [at], true, of.Tensor[Part(axis, at)]);
                case 2:
                    int step = _random.Next(2) == 0 ? _random.Next(1, 4) : -_random.Next(1, 4), n = of.Dims[axis];
                    int[] every = [.. Enumerable.Range(0, n).Select(i => step > 0 ? i : n - 1 - i).Where((_, i) => i % Math.Abs(step) == 0)];
                    return Take(of, axis, every, false, of.Tensor[Part(axis, new Slice(.., step))]);
                case 3:
                    return Take(of, axis, [.. Enumerable.Range(0, of.Dims[axis]).Reverse()], false, of.Tensor.Flip(axis));
                case 4:
                    int[] dims = [.. of.Dims.Reverse()];
                    return new Shown(of.Tensor.Reshape(dims), of.Memory, of.Places, dims);
                default:
                    int other = _random.Next(rank);
                    int[] swapped = [.. of.Dims];
                    (swapped[axis], swapped[other]) = (swapped[other], swapped[axis]);
                    return new Shown(of.Tensor.Transpose(axis, other), of.Memory, [.. Indices(swapped).Select(i =>
                    {
                        (i[axis], i[other]) = (i[other], i[axis]);
                        return of.Places[Flat(i, of.Dims)];
                    })], swapped);
            }
        }

        static Shown Take(Shown of, int axis, int[] kept, bool drop, Tensor tensor)
        {
            int[] dims = [.. of.Dims];
            dims[axis] = kept.Length;
            int[] places = [.. Indices(dims).Select(i =>
            {
                i[axis] = kept[i[axis]];
                return of.Places[Flat(i, of.Dims)];
            })];
            return new Shown(tensor, of.Memory, places, drop ? [.. dims.Where((_, a) => a != axis)] : dims);
        }

        static SliceIndex[] Part(int axis, SliceIndex index) => [.. Enumerable.Range(0, axis).Select(_ => (SliceIndex)Range.All), index];

        static IEnumerable<int[]> Indices(int[] dims)
        {
            int count = dims.Aggregate(1, (a, b) => a * b);
            for (int flat = 0; flat < count; flat++)
            {
                var index = new int[dims.Length];
                for (int a = dims.Length - 1, rest = flat; a >= 0; rest /= dims[a], a--) index[a] = rest % dims[a];
                yield return index;
            }
        }

        static int Flat(int[] index, int[] dims) => index.Select((x, a) => (x, a)).Aggregate(0, (flat, p) => flat * dims[p.a] + p.x);

        void New(int[] dims)
        {
            int count = dims.Aggregate(1, (a, b) => a * b);
            int[] data = [.. Enumerable.Range(0, count).Select(_ => _random.Next(-9, 10))];
            // A leaf in memory, a computed value, or a constant.
            Tensor tensor;
            switch (_random.Next(3))
            {
                case 0:
                    tensor = Tensor.From(data, dims);
                    break;
                case 1:
                    tensor = Tensor.From(data, dims) + 1;
                    data = [.. data.Select(d => d + 1)];
                    break;
                default:
                    tensor = Tensor.Full(new Shape(dims), 7);
                    Array.Fill(data, 7);
                    break;
            }
            _shown.Add(new Shown(tensor, data, [.. Enumerable.Range(0, count)], dims));
            _log.Add($"new {Id(_shown[^1])} [{string.Join(", ", dims)}]");
        }

        Shown Any() => _shown[_random.Next(_shown.Count)];
        string Id(Shown s) => _shown.IndexOf(s) is >= 0 and int i ? $"t{i}" : "view";
    }
}
