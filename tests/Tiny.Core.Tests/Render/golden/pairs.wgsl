@group(0) @binding(0) var<storage, read_write> result: array<vec2u>; // int64
@group(0) @binding(1) var<storage, read> operand1: array<vec2u>; // int64
@group(0) @binding(2) var<storage, read> operand2: array<vec2u>; // int64

fn abs_64(a: vec2u) -> vec2u {
    return select(a, neg_64(a), (a.y >> 31u) == 1u);
}

fn add_64(a: vec2u, b: vec2u) -> vec2u {
    let low = a.x + b.x;
    return vec2u(low, a.y + b.y + u32(low < a.x));
}

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

// a / b rounded down; 0 for a divisor of 0.
fn floor_div_i64(a: vec2u, b: vec2u) -> vec2u {
    if (all(b == vec2u(0u, 0u))) { return vec2u(0u, 0u); }
    let d = divide_64(abs_64(a), abs_64(b));
    if (((a.y ^ b.y) >> 31u) == 0u) { return d.xy; }
    return neg_64(add_64(d.xy, vec2u(u32(any(d.zw != vec2u(0u, 0u))), 0u)));
}

fn less_i64(a: vec2u, b: vec2u) -> bool {
    return bitcast<i32>(a.y) < bitcast<i32>(b.y) || (a.y == b.y && a.x < b.x);
}

fn less_u64(a: vec2u, b: vec2u) -> bool {
    return a.y < b.y || (a.y == b.y && a.x < b.x);
}

fn max_i64(a: vec2u, b: vec2u) -> vec2u {
    return select(a, b, less_i64(a, b));
}

fn mul_64(a: vec2u, b: vec2u) -> vec2u {
    let low = mul_wide(a.x, b.x);
    return vec2u(low.x, low.y + a.x * b.y + a.y * b.x);
}

// All 64 bits of a product, by halves of words.
fn mul_wide(a: u32, b: u32) -> vec2u {
    let low = (a & 0xffffu) * (b & 0xffffu);
    let first = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
    let second = (a & 0xffffu) * (b >> 16u) + (first & 0xffffu);
    return vec2u((second << 16u) | (low & 0xffffu), (a >> 16u) * (b >> 16u) + (first >> 16u) + (second >> 16u));
}

fn neg_64(a: vec2u) -> vec2u {
    return vec2u(0u - a.x, 0u - a.y - u32(a.x != 0u));
}

// For n below 64.
fn shl_64(a: vec2u, n: u32) -> vec2u {
    if (n == 0u) { return a; }
    if (n >= 32u) { return vec2u(0u, a.x << (n - 32u)); }
    return vec2u(a.x << n, (a.y << n) | (a.x >> (32u - n)));
}

fn sub_64(a: vec2u, b: vec2u) -> vec2u {
    return vec2u(a.x - b.x, a.y - b.y - u32(a.x < b.x));
}

@compute @workgroup_size(64)
fn pairs(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
    let id = i32(wid.x * 64u + lid);
    if (id >= 100) { return; }
    let v0 = max_i64(floor_div_i64(sub_64(mul_64(operand1[id], vec2u(3u, 0u)), operand2[id]), vec2u(7u, 0u)), vec2u(0xffffffffu, 0xffffffffu));
    result[id] = v0;
}
