namespace Tiny.Render;

/// <summary>Sine over the whole range.</summary>
static partial class WgslHelper
{
    static string[] Sine =>
    [
        """
        // The upper half of m * w, for m below 2^24.
        fn product_high(m: u32, w: u32) -> u32 {
            let low = m & 0xfffu;
            let high = m >> 12u;
            let a = (low * (w >> 16u) + ((low * (w & 0xffffu)) >> 16u)) >> 16u;
            let b = (high * (w >> 16u) + ((high * (w & 0xffffu)) >> 16u)) >> 16u;
            let rest = (high * w) << 12u;
            return a + (b << 12u) + ((high * w) >> 20u) + select(0u, 1u, low * w + rest < rest);
        }

        """,
        """
        // x / pi for |x| of 8192 and more (Payne and Hanek): x is a whole number m times 2^e, and bits of 1 / pi that give multiples
        // of 2 are left out. The first bit is the parity of the whole part, all others the fraction.
        fn turns(bits: u32) -> vec2u {
            let inverse = array<u32, 8>(0u, 0x28be60dbu, 0x9391054au, 0x7f09d5f4u, 0x7d4d3770u, 0x36d8a566u, 0x4f10e410u, 0x7f9458eau);
            let m = (bits & 0x7fffffu) | 0x800000u;
            let place = ((bits >> 23u) & 0xffu) - 118u;
            let k = place >> 5u;
            let s = place & 31u;
            let w0 = (inverse[k] << s) | ((inverse[k + 1u] >> 1u) >> (31u - s));
            let w1 = (inverse[k + 1u] << s) | ((inverse[k + 2u] >> 1u) >> (31u - s));
            let w2 = (inverse[k + 2u] << s) | ((inverse[k + 3u] >> 1u) >> (31u - s));
            let low = m * w1 + product_high(m, w2);
            return vec2u(m * w0 + product_high(m, w1) + select(0u, 1u, low < m * w1), low);
        }

        """,
        """
        // x = n * pi + r; sin(x) is sin(r), or its negative for an odd n.
        fn sine(x: f32) -> f32 {
            let bits = bitcast<u32>(x);
            if ((bits & 0x7fffffffu) >= 0x7f800000u) { return not_a_number(); }
            var odd = 0u;
            var r = 0.0;
            if (abs(x) < 8192.0) {
                // pi in four parts, of which the first three have so few bits that their products with n are exact.
                let n = trunc(x * 0.31830987 + select(0.5, -0.5, x < 0.0));
                r = (((x - n * 3.140625) - n * 0.0009675026) - n * 1.5099067e-7) - n * 5.126688e-12;
                odd = u32(i32(n)) & 1u;
            } else {
                let t = turns(bits);
                var high = (t.x << 1u) | (t.y >> 31u);
                var low = t.y << 1u;
                if (high >= 0x80000000u) {
                    // sin(pi * f) is sin(pi * (1 - f))
                    low = ~low + 1u;
                    high = ~high + select(0u, 1u, low == 0u);
                }
                let f = f32(high) * 2.3283064e-10 + f32(low) * 5.421011e-20;
                r = select(f * 3.1415927, -f * 3.1415927, x < 0.0);
                odd = t.x >> 31u;
            }
            let z = r * r;
            let p = fma(fma(fma(fma(2.601596e-6, z, -0.00019807282), z, 0.008333023), z, -0.16666657), z, 1.0);
            return bitcast<f32>(bitcast<u32>(r * p) ^ (odd << 31u));
        }

        """,
    ];
}
