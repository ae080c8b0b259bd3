@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;

fn infinity() -> f32 {
    var bits = 0x7f800000u;
    return bitcast<f32>(bits);
}

// By the bits: a compiler of shaders may take x != x for false.
fn is_nan(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

// The larger; NaN if either is.
fn max_nan(a: f32, b: f32) -> f32 {
    return select(select(max(a, b), b, is_nan(b)), a, is_nan(a));
}

@compute @workgroup_size(1)
fn largest() {
    var acc0 = -infinity();
    for (var r0 = 0; r0 < 4; r0++) {
        acc0 = max_nan(acc0, x[r0]);
    }
    out[0] = acc0;
}
