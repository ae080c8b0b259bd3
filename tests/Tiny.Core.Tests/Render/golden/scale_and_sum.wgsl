@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@group(0) @binding(1) var<storage, read_write> total: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;

// By the bits: a compiler of shaders may take x != x for false.
fn is_nan(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

// The larger; NaN if either is.
fn max_nan(a: f32, b: f32) -> f32 {
    return select(select(max(a, b), b, is_nan(b)), a, is_nan(a));
}

@compute @workgroup_size(1)
fn scale_and_sum() {
    let v0 = scale[0];
    var acc0 = 0.0;
    for (var i0 = 0; i0 < 64; i0++) {
        let x0 = i0 * 1;
        let v1 = x[x0];
        let v2 = max_nan(v1 * v0 - 3.0, -v1);
        out[x0] = v2;
        acc0 += v2;
    }
    total[0] = acc0;
}
