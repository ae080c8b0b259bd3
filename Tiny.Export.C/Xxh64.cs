using System.Buffers.Binary;
using System.Numerics;

namespace Tiny.Export.C;

/// <summary>
/// XXH64 with seed 0, a fast hash of 64 bits for finding damage, after the published specification
/// (Yann Collet, "xxHash fast digest algorithm", version 0.1.1). Generated C has the same function.
/// </summary>
public sealed class Xxh64
{
    const ulong P1 = 0x9E3779B185EBCA87, P2 = 0xC2B2AE3D27D4EB4F, P3 = 0x165667B19E3779F9, P4 = 0x85EBCA77C2B2AE63, P5 = 0x27D4EB2F165667C5;
    const int Stripe = 32;

    readonly ulong[] _lanes = [unchecked(P1 + P2), P2, 0, unchecked(0 - P1)];
    readonly byte[] _rest = new byte[Stripe];
    int _resting;
    ulong _length;

    /// <summary>The hash of the bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = new Xxh64();
        hash.Append(bytes);
        return hash.Value;
    }

    /// <summary>Goes on with more bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += (ulong)bytes.Length;
        if (_resting > 0)
        {
            int n = Math.Min(Stripe - _resting, bytes.Length);
            bytes[..n].CopyTo(_rest.AsSpan(_resting));
            _resting += n;
            bytes = bytes[n..];
            if (_resting < Stripe) return;
            Take(_rest);
            _resting = 0;
        }
        for (; bytes.Length >= Stripe; bytes = bytes[Stripe..]) Take(bytes);
        bytes.CopyTo(_rest);
        _resting = bytes.Length;
    }

    /// <summary>The hash of all bytes so far.</summary>
    public ulong Value
    {
        get
        {
            ulong h = P5;
            if (_length >= Stripe)
            {
                h = BitOperations.RotateLeft(_lanes[0], 1) + BitOperations.RotateLeft(_lanes[1], 7)
                    + BitOperations.RotateLeft(_lanes[2], 12) + BitOperations.RotateLeft(_lanes[3], 18);
                foreach (ulong lane in _lanes) h = (h ^ Round(0, lane)) * P1 + P4;
            }
            h += _length;
            ReadOnlySpan<byte> rest = _rest.AsSpan(0, _resting);
            for (; rest.Length >= 8; rest = rest[8..])
                h = BitOperations.RotateLeft(h ^ Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest)), 27) * P1 + P4;
            if (rest.Length >= 4)
            {
                h = BitOperations.RotateLeft(h ^ BinaryPrimitives.ReadUInt32LittleEndian(rest) * P1, 23) * P2 + P3;
                rest = rest[4..];
            }
            foreach (byte b in rest) h = BitOperations.RotateLeft(h ^ b * P5, 11) * P1;
            h = (h ^ h >> 33) * P2;
            h = (h ^ h >> 29) * P3;
            return h ^ h >> 32;
        }
    }

    void Take(ReadOnlySpan<byte> stripe)
    {
        for (int i = 0; i < 4; i++) _lanes[i] = Round(_lanes[i], BinaryPrimitives.ReadUInt64LittleEndian(stripe[(8 * i)..]));
    }

    static ulong Round(ulong lane, ulong input) => BitOperations.RotateLeft(lane + input * P2, 31) * P1;
}
