using Tiny.Runtime;

namespace Tiny;

// The sponge functions of FIPS 202 (SHA-3), made of bit operations on uint64: a kernel a round, 24 rounds a block, for all rows of a batch at once.
public sealed partial class Tensor
{
    const int Lanes = 25, Rounds = 24;

    /// <summary>SHA-3 of the bytes along the last axis: uint8 [..., n] gives [..., bits / 8].</summary>
    /// <param name="bits">224, 256, 384 or 512.</param>
    /// <exception cref="DTypeException">This is not uint8.</exception>
    public Tensor Sha3(int bits = 256) => bits is 224 or 256 or 384 or 512 ? Keccak(200 - bits / 4, 0x06, bits / 8)
        : throw new ArgumentOutOfRangeException(nameof(bits), $"Sha3: {bits} bits; SHA-3 has 224, 256, 384 or 512");

    /// <summary>SHAKE128 of the bytes along the last axis: as many bytes as are asked for.</summary>
    public Tensor Shake128(int length = 32) => Keccak(168, 0x1F, length);

    /// <summary>SHAKE256 of the bytes along the last axis: as many bytes as are asked for.</summary>
    public Tensor Shake256(int length = 64) => Keccak(136, 0x1F, length);

    /// <summary>The Keccak sponge over the bytes along the last axis: uint8 [..., n] gives [..., length].</summary>
    /// <param name="rate">Bytes taken in or given out between two permutations: a multiple of 8 up to 192.</param>
    /// <param name="suffix">The bits that follow the message, with the first bit of padding: 0x06 for SHA-3, 0x1F for SHAKE, 0x01 for the original Keccak.</param>
    /// <param name="length">Bytes of the result.</param>
    /// <exception cref="DTypeException">This is not uint8.</exception>
    public Tensor Keccak(int rate, byte suffix, int length)
    {
        if (DType != DType.UInt8 || Rank == 0) throw new DTypeException($"Keccak: takes uint8 [..., n], not {DType} {Shape}");
        if (rate % 8 != 0 || rate is <= 0 or >= 200 || length < 0) throw new ArgumentOutOfRangeException(nameof(rate), $"Keccak: rate {rate}, length {length}");
        using var scope = Origin.Scope("keccak");
        int n = Shape[Rank - 1], blocks = n / rate + 1;
        Dim[] lead = [.. Shape.Dims[..^1]];
        int rows = lead.Aggregate(1, (a, d) => a * (int)d);
        if (rows == 0 || length == 0) return Zeros(new Shape([.. lead, length]), DType.UInt8);
        // The suffix after the message, and the last bit of its last block.
        var ends = new byte[blocks * rate - n];
        ends[0] = suffix;
        ends[^1] |= 0x80;
        var bytes = Cat([Reshape(rows, n), From(ends).Unsqueeze(0).Expand(rows, ends.Length)], 1);
        var shifts = (Arange(8) * 8).Cast(DType.UInt64);
        var lanes = (bytes.Reshape([rows, blocks, rate / 8, 8]).Cast(DType.UInt64) << shifts).Sum(-1).Pad([(0, 0), (0, 0), (0, Lanes - rate / 8)]);
        var constants = Permutation.Constants.Select(c => FromStorage(c)).ToArray();
        Tensor rotations = FromStorage(Permutation.Rotations), sources = FromStorage(Permutation.Sources);
        var state = lanes[.., 0];
        for (int block = 1; block < blocks; block++) state = Permuted(state) ^ lanes[.., block];
        var squeezed = new List<Tensor>();
        for (int given = 0; given < length; given += rate)
        {
            state = Permuted(state);
            squeezed.Add(state[.., ..(rate / 8)]);
        }
        var all = Cat(squeezed, 1).Unsqueeze(-1) >> shifts;
        return all.Cast(DType.UInt8).Reshape(rows, -1)[.., ..length].Reshape([.. lead, length]);

        Tensor Permuted(Tensor x)
        {
            for (int round = 0; round < Rounds; round++)
            {
                // Lane x + 5 y at [y, x]: parities of columns, lanes rotated and moved, rows mixed.
                var a = x.Reshape(rows, 5, 5);
                var parity = a[.., ..1] ^ a[.., 1..2] ^ a[.., 2..3] ^ a[.., 3..4] ^ a[.., 4..5];
                var next = parity.Roll(-1, 2);
                a ^= parity.Roll(1, 2) ^ ((next << 1) | (next >> 63));
                var moved = a.Reshape(rows, Lanes).Take(sources, 1);
                moved = ((moved << rotations) | (moved >> (64 - rotations))).Reshape(rows, 5, 5);
                x = ((moved ^ (~moved.Roll(-1, 2) & moved.Roll(-2, 2))).Reshape(rows, Lanes) ^ constants[round]).Contiguous();
            }
            return x;
        }
    }

    /// <summary>The numbers of the permutation, worked out as FIPS 202 defines them (3.2.2 to 3.2.5).</summary>
    static class Permutation
    {
        /// <summary>What each round adds to the lanes: something to the first alone.</summary>
        public static Storage[] Constants { get; } = [.. Enumerable.Range(0, Rounds).Select(round => Of([Constant(round), .. new ulong[Lanes - 1]]))];
        /// <summary>Where each lane comes from, and by how much it is rotated.</summary>
        public static Storage Sources { get; }
        public static Storage Rotations { get; }

        static Permutation()
        {
            var (sources, rotations) = (new int[Lanes], new ulong[Lanes]);
            for (var (x, y, t) = (1, 0, 0); t < 24; t++)
            {
                int to = y + 5 * ((2 * x + 3 * y) % 5);
                (sources[to], rotations[to]) = (x + 5 * y, (ulong)((t + 1) * (t + 2) / 2 % 64));
                (x, y) = (y, (2 * x + 3 * y) % 5);
            }
            (Sources, Rotations) = (Of(sources), Of(rotations));
        }

        static Storage Of<T>(params T[] values) where T : unmanaged => From(values).Storage!;

        // Bit 2^j - 1 is the output of a shift register at step j + 7 round.
        static ulong Constant(int round)
        {
            ulong constant = 0;
            for (int j = 0; j <= 6; j++)
            {
                uint register = 1;
                for (int step = 0; step < (j + 7 * round) % 255; step++)
                {
                    register <<= 1;
                    if ((register & 0x100) != 0) register ^= 0x171;
                }
                if ((register & 1) != 0) constant |= 1UL << ((1 << j) - 1);
            }
            return constant;
        }
    }
}
