@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read> conv1_weight: array<f32>;
@group(0) @binding(3) var<storage, read> conv1_bias: array<f32>;

// The larger of x and a number; NaN for NaN.
fn at_least(x: f32, least: f32) -> f32 {
    return select(max(x, least), x, is_nan(x));
}

// By the bits: a compiler of shaders may take x != x for false.
fn is_nan(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

@compute @workgroup_size(64)
fn conv1_conv2d_relu(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
    let id = i32(wid.x * 64u + lid);
    if (id >= 5408) { return; }
    let x0 = id / 676;
    let x1 = id / 26 % 26;
    let x2 = id % 26;
    var acc0 = 0.0;
    for (var r0 = 0; r0 < 3; r0++) {
        for (var r1 = 0; r1 < 3; r1++) {
            acc0 += x[x1 * 28 + r0 * 28 + x2 + r1] * conv1_weight[x0 * 9 + r0 * 3 + r1];
        }
    }
    out[x0 * 676 + x1 * 26 + x2] = at_least(acc0 + conv1_bias[x0], 0.0);
}
