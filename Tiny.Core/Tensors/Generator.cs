using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny;

/// <summary>
/// The state of the stream that random numbers without a seed come from: a uint32 tensor of the counter's low and high word, and the key's. A draw takes the
/// state as it is and moves the counter on by its number of elements. Inside a capture both are nodes of the graph, and the state is assigned like any other;
/// outside, the host counts, so that each draw reads a leaf and compiled kernels serve all draws.
/// </summary>
static class Generator
{
    // Whoever draws first may do so inside a capture; the state belongs to none.
    static readonly Tensor s_state = new(Cell.Outside(Words(0, 0).Node)) { Cell = { Name = "random" } };

    /// <summary>Begins another stream.</summary>
    public static void Seed(long seed)
    {
        lock (s_state.Cell) s_state.Assign(Words(0, unchecked((ulong)seed)));
    }

    /// <summary>The state to draw <paramref name="count"/> elements from, which are then taken.</summary>
    public static Tensor Take(int count)
    {
        if (CaptureScope.IsOpen)
        {
            var now = new Tensor(s_state.Node);
            var low = now[..1] + count;
            s_state.Assign(Tensor.Cat([low, now[1..2] + low.Lt(count).Cast(DType.UInt32), now[2..]]));
            return now;
        }
        lock (s_state.Cell)
        {
            var words = s_state.ToArray<uint>();
            var now = new Tensor(s_state.Node);
            s_state.Assign(Words((words[0] | (ulong)words[1] << 32) + (uint)count, words[2] | (ulong)words[3] << 32));
            return now;
        }
    }

    static Tensor Words(ulong counter, ulong key) => Tensor.From([(uint)counter, (uint)(counter >> 32), (uint)key, (uint)(key >> 32)]);
}
