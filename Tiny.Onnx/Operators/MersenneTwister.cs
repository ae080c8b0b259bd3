namespace Tiny.Onnx.Operators;

/// <summary>
/// The generator whose numbers the standard's reference implementation draws for a seed: MT19937 (Matsumoto and Nishimura, "Mersenne Twister", 1998), two words to a
/// number of 53 bits.
/// </summary>
sealed class MersenneTwister
{
    const int Length = 624, Middle = 397;
    readonly uint[] _state = new uint[Length];
    int _next = Length;

    MersenneTwister(uint seed)
    {
        _state[0] = seed;
        for (uint i = 1; i < Length; i++) _state[i] = 1812433253 * (_state[i - 1] ^ _state[i - 1] >> 30) + i;
    }

    /// <summary>So many numbers from 0 to 1, the 1 left out.</summary>
    public static float[] Uniform(long seed, int count)
    {
        var generator = new MersenneTwister(unchecked((uint)seed));
        var numbers = new float[count];
        // Rounded down: a number below 1 stays below.
        foreach (ref float number in numbers.AsSpan()) number = (float)Math.Min(generator.Next53(), 1 - 1.0 / (1 << 24));
        return numbers;
    }

    double Next53() => ((Next() >> 5) * 67108864.0 + (Next() >> 6)) / 9007199254740992.0;

    uint Next()
    {
        if (_next == Length) Twist();
        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= y << 7 & 0x9D2C5680;
        y ^= y << 15 & 0xEFC60000;
        return y ^ y >> 18;
    }

    void Twist()
    {
        for (int i = 0; i < Length; i++)
        {
            uint y = _state[i] & 0x80000000 | _state[(i + 1) % Length] & 0x7FFFFFFF;
            _state[i] = _state[(i + Middle) % Length] ^ y >> 1 ^ ((y & 1) != 0 ? 0x9908B0DFu : 0);
        }
        _next = 0;
    }
}
