// small, compiled by Tiny 0.1.0; weights SHA-256 d8d07be228f8b818469a3dfcb34732da16ad463e69b086e2adc5a35efdaa0bee
// SPDX-License-Identifier: MIT-0

export const conv_conv2d_relu = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> conv_conv2d_relu_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> image: array<f32>;
@group(0) @binding(2) var<storage, read> conv_weight: array<f32>;
@group(0) @binding(3) var<storage, read> conv_bias: array<f32>;

// By the bits: a compiler of shaders may take x != x for false.
fn is_nan(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

// The larger; NaN if either is.
fn max_nan(a: f32, b: f32) -> f32 {
    return select(select(max(a, b), b, is_nan(b)), a, is_nan(a));
}

@compute @workgroup_size(64)
fn conv_conv2d_relu(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
    let id = i32(wid.x * 64u + lid);
    if (id >= 144) { return; }
    let x0 = id % 6 + id / 6 % 6 * 8;
    let x1 = id / 36;
    let x2 = x1 * 9;
    var acc0 = 0.0;
    for (var r0 = 0; r0 < 3; r0++) {
        let x3 = x0 + r0 * 8;
        let x4 = x2 + r0 * 3;
        for (var r1 = 0; r1 < 3; r1++) {
            acc0 = fma(image[x3 + r1], conv_weight[x4 + r1], acc0);
        }
    }
    conv_conv2d_relu_out[id] = max_nan(acc0 + conv_bias[x1], 0.0);
}
`;

export const fc_linear = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> fc_linear_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> conv_conv2d_relu_out: array<f32>;
@group(0) @binding(2) var<storage, read> fc_weight: array<f32>;
@group(0) @binding(3) var<storage, read> fc_bias: array<f32>;

@compute @workgroup_size(64)
fn fc_linear(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
    let id = i32(wid.x * 64u + lid);
    if (id >= 3) { return; }
    let x0 = id * 144;
    var acc0 = 0.0;
    for (var r0 = 0; r0 < 144; r0++) {
        acc0 = fma(conv_conv2d_relu_out[r0], fc_weight[x0 + r0], acc0);
    }
    fc_linear_out[id] = acc0 + fc_bias[id];
}
`;

export const softmax = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> output: array<f32>;
@group(0) @binding(1) var<storage, read_write> fc_linear_out: array<f32>;

// Rounds towards zero and saturates; 0 for NaN.
fn f32_to_i32(x: f32) -> i32 {
    if (x >= 2147483648.0) { return 2147483647; }
    return select(i32(x), 0, is_nan(x));
}

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

// The smaller; NaN if either is.
fn min_nan(a: f32, b: f32) -> f32 {
    return select(select(min(a, b), b, is_nan(b)), a, is_nan(a));
}

@compute @workgroup_size(64)
fn softmax(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
    let id = i32(wid.x * 64u + lid);
    if (id >= 3) { return; }
    var acc0 = -infinity();
    for (var r0 = 0; r0 < 3; r0++) {
        acc0 = max_nan(acc0, fc_linear_out[r0]);
    }
    let x0 = -acc0;
    var acc1 = 0.0;
    for (var r1 = 0; r1 < 3; r1++) {
        let x1 = min_nan(max_nan(fc_linear_out[r1] + x0, -110.0), 89.0);
        let x2 = x1 * 1.442695;
        let x3 = trunc(x2 + select(0.5, -0.5, x2 < 0.0));
        let x4 = x1 - x3 * 0.69311523 - x3 * 3.1946183e-5;
        let x5 = fma(fma(fma(fma(0.001381422, x4, 0.008368899), x4, 0.041668404), x4, 0.1666652), x4, 0.49999994);
        let x6 = f32_to_i32(x3);
        let x7 = x6 >> 1u;
        let x8 = fma(fma(fma(x5, x4, 1.0), x4, 1.0) * bitcast<f32>((x7 + 127) << 23u), bitcast<f32>((x6 - x7 + 127) << 23u), acc1);
        acc1 = x8;
    }
    let x9 = min_nan(max_nan(fc_linear_out[id] + x0, -110.0), 89.0);
    let x10 = x9 * 1.442695;
    let x11 = trunc(x10 + select(0.5, -0.5, x10 < 0.0));
    let x12 = x9 - x11 * 0.69311523 - x11 * 3.1946183e-5;
    let x13 = fma(fma(fma(fma(0.001381422, x12, 0.008368899), x12, 0.041668404), x12, 0.1666652), x12, 0.49999994);
    let x14 = f32_to_i32(x11);
    let x15 = x14 >> 1u;
    let x16 = fma(fma(x13, x12, 1.0), x12, 1.0) * bitcast<f32>((x15 + 127) << 23u) * bitcast<f32>((x14 - x15 + 127) << 23u);
    output[id] = x16 / acc1;
}
`;
