namespace Tiny.Render;

/// <summary>64-bit integers as pairs of words.</summary>
static partial class WgslHelper
{
    static string[] Pairs =>
    [
        """
        fn add_64(a: vec2u, b: vec2u) -> vec2u {
            let low = a.x + b.x;
            return vec2u(low, a.y + b.y + u32(low < a.x));
        }

        """,
        """
        fn sub_64(a: vec2u, b: vec2u) -> vec2u {
            return vec2u(a.x - b.x, a.y - b.y - u32(a.x < b.x));
        }

        """,
        """
        fn neg_64(a: vec2u) -> vec2u {
            return vec2u(0u - a.x, 0u - a.y - u32(a.x != 0u));
        }

        """,
        """
        // All 64 bits of a product, by halves of words.
        fn mul_wide(a: u32, b: u32) -> vec2u {
            let low = (a & 0xffffu) * (b & 0xffffu);
            let first = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
            let second = (a & 0xffffu) * (b >> 16u) + (first & 0xffffu);
            return vec2u((second << 16u) | (low & 0xffffu), (a >> 16u) * (b >> 16u) + (first >> 16u) + (second >> 16u));
        }

        """,
        """
        fn mul_64(a: vec2u, b: vec2u) -> vec2u {
            let low = mul_wide(a.x, b.x);
            return vec2u(low.x, low.y + a.x * b.y + a.y * b.x);
        }

        """,
        """
        fn less_u64(a: vec2u, b: vec2u) -> bool {
            return a.y < b.y || (a.y == b.y && a.x < b.x);
        }

        """,
        """
        fn less_i64(a: vec2u, b: vec2u) -> bool {
            return bitcast<i32>(a.y) < bitcast<i32>(b.y) || (a.y == b.y && a.x < b.x);
        }

        """,
        """
        fn max_i64(a: vec2u, b: vec2u) -> vec2u {
            return select(a, b, less_i64(a, b));
        }

        """,
        """
        fn max_u64(a: vec2u, b: vec2u) -> vec2u {
            return select(a, b, less_u64(a, b));
        }

        """,
        """
        fn min_i64(a: vec2u, b: vec2u) -> vec2u {
            return select(b, a, less_i64(a, b));
        }

        """,
        """
        fn min_u64(a: vec2u, b: vec2u) -> vec2u {
            return select(b, a, less_u64(a, b));
        }

        """,
        """
        // For n below 64.
        fn shl_64(a: vec2u, n: u32) -> vec2u {
            if (n == 0u) { return a; }
            if (n >= 32u) { return vec2u(0u, a.x << (n - 32u)); }
            return vec2u(a.x << n, (a.y << n) | (a.x >> (32u - n)));
        }

        """,
        """
        // For n below 64.
        fn shr_u64(a: vec2u, n: u32) -> vec2u {
            if (n == 0u) { return a; }
            if (n >= 32u) { return vec2u(a.y >> (n - 32u), 0u); }
            return vec2u((a.x >> n) | (a.y << (32u - n)), a.y >> n);
        }

        """,
        """
        // For n below 64; the sign moves in from the left.
        fn shr_i64(a: vec2u, n: u32) -> vec2u {
            let sign = bitcast<vec2u>(vec2i(bitcast<i32>(a.y) >> 31u));
            return shr_u64(a ^ sign, n) ^ sign;
        }

        """,
        """
        // Quotient (x, y) and remainder (z, w) of numbers without sign, a bit at a time; b is not 0.
        fn divide_64(a: vec2u, b: vec2u) -> vec4u {
            if (a.y == 0u && b.y == 0u) { return vec4u(a.x / b.x, 0u, a.x % b.x, 0u); }
            var q = a;
            var r = vec2u(0u, 0u);
            for (var i = 0; i < 64; i++) {
                let carry = r.y >> 31u;
                r = vec2u((r.x << 1u) | (q.y >> 31u), (r.y << 1u) | (r.x >> 31u));
                q = shl_64(q, 1u);
                if (carry == 1u || !less_u64(r, b)) {
                    r = sub_64(r, b);
                    q.x |= 1u;
                }
            }
            return vec4u(q, r);
        }

        """,
        """
        fn abs_64(a: vec2u) -> vec2u {
            return select(a, neg_64(a), (a.y >> 31u) == 1u);
        }

        """,
        """
        // a / b rounded down; 0 for a divisor of 0.
        fn floor_div_i64(a: vec2u, b: vec2u) -> vec2u {
            if (all(b == vec2u(0u, 0u))) { return vec2u(0u, 0u); }
            let d = divide_64(abs_64(a), abs_64(b));
            if (((a.y ^ b.y) >> 31u) == 0u) { return d.xy; }
            return neg_64(add_64(d.xy, vec2u(u32(any(d.zw != vec2u(0u, 0u))), 0u)));
        }

        """,
        """
        // a - b * floor(a / b); a for a divisor of 0.
        fn floor_mod_i64(a: vec2u, b: vec2u) -> vec2u {
            if (all(b == vec2u(0u, 0u))) { return a; }
            let size = abs_64(b);
            var r = divide_64(abs_64(a), size).zw;
            if (((a.y ^ b.y) >> 31u) == 1u && any(r != vec2u(0u, 0u))) { r = sub_64(size, r); }
            return select(r, neg_64(r), (b.y >> 31u) == 1u);
        }

        """,
        """
        // a / b; 0 for a divisor of 0.
        fn floor_div_u64(a: vec2u, b: vec2u) -> vec2u {
            if (all(b == vec2u(0u, 0u))) { return b; }
            return divide_64(a, b).xy;
        }

        """,
        """
        // a % b; a for a divisor of 0.
        fn floor_mod_u64(a: vec2u, b: vec2u) -> vec2u {
            if (all(b == vec2u(0u, 0u))) { return a; }
            return divide_64(a, b).zw;
        }

        """,
        """
        fn i32_to_64(x: i32) -> vec2u {
            return bitcast<vec2u>(vec2i(x, x >> 31u));
        }

        """,
        """
        // The whole part of |x|, which is below 2^64.
        fn f32_magnitude_64(x: f32) -> vec2u {
            let bits = bitcast<u32>(x);
            let exponent = (bits >> 23u) & 0xffu;
            let digits = vec2u((bits & 0x7fffffu) | 0x800000u, 0u);
            if (exponent < 127u) { return vec2u(0u, 0u); }
            if (exponent < 150u) { return shr_u64(digits, 150u - exponent); }
            return shl_64(digits, exponent - 150u);
        }

        """,
        """
        // Rounds towards zero and saturates; 0 for NaN.
        fn f32_to_i64(x: f32) -> vec2u {
            if (is_nan(x)) { return vec2u(0u, 0u); }
            if (abs(x) >= 9223372036854775808.0) { return select(vec2u(0xffffffffu, 0x7fffffffu), vec2u(0u, 0x80000000u), x < 0.0); }
            let size = f32_magnitude_64(x);
            return select(size, neg_64(size), x < 0.0);
        }

        """,
        """
        // Rounds towards zero and saturates; 0 for NaN.
        fn f32_to_u64(x: f32) -> vec2u {
            if (is_nan(x) || x < 0.0) { return vec2u(0u, 0u); }
            if (x >= 18446744073709551616.0) { return vec2u(0xffffffffu, 0xffffffffu); }
            return f32_magnitude_64(x);
        }

        """,
        """
        // The nearest float32, of two that are as near the even one.
        fn u64_to_f32(a: vec2u) -> f32 {
            let bits = select(64u - countLeadingZeros(a.y), 32u - countLeadingZeros(a.x), a.y == 0u);
            if (bits <= 24u) { return f32(a.x); }
            let n = bits - 24u;
            let rest = a & sub_64(shl_64(vec2u(1u, 0u), n), vec2u(1u, 0u));
            let half = shl_64(vec2u(1u, 0u), n - 1u);
            let digits = shr_u64(a, n).x;
            let up = less_u64(half, rest) || (all(rest == half) && (digits & 1u) == 1u);
            return f32(digits + u32(up)) * bitcast<f32>((127u + n) << 23u);
        }

        """,
        """
        fn i64_to_f32(a: vec2u) -> f32 {
            let size = u64_to_f32(abs_64(a));
            return select(size, -size, (a.y >> 31u) == 1u);
        }

        """,
    ];
}
