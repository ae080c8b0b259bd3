namespace Tiny.Onnx.Operators;

/// <summary>
/// The generator MT19937 (Matsumoto and Nishimura, 1998), seeded and read as NumPy's <c>RandomState</c> does: ONNX defines what a seeded Dropout drops by it.
/// </summary>
sealed class MersenneTwister
{
    const int Length = 624, Middle = 397;

    readonly uint[] _state = new uint[Length];
    int _next = Length;

    public MersenneTwister(long seed)
    {
        _state[0] = (uint)seed;
        for (int i = 1; i < Length; i++) _state[i] = 1812433253 * (_state[i - 1] ^ _state[i - 1] >> 30) + (uint)i;
    }

    /// <summary>The next number of [0, 1), of 53 bits.</summary>
    public double NextDouble() => ((Next() >> 5) * 67108864.0 + (Next() >> 6)) / 9007199254740992.0;

    uint Next()
    {
        if (_next == Length) Twist();
        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >> 18;
    }

    void Twist()
    {
        for (int i = 0; i < Length; i++)
        {
            uint y = _state[i] & 0x80000000 | _state[(i + 1) % Length] & 0x7fffffff;
            _state[i] = _state[(i + Middle) % Length] ^ y >> 1 ^ (y & 1) * 0x9908b0df;
        }
        _next = 0;
    }
}
