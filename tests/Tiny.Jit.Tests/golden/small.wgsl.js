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
        acc0 = fma(image[x3], conv_weight[x4], acc0);
        acc0 = fma(image[x3 + 1], conv_weight[x4 + 1], acc0);
        acc0 = fma(image[x3 + 2], conv_weight[x4 + 2], acc0);
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
    let x0 = fc_linear_out[0];
    let x1 = fc_linear_out[1];
    let x2 = fc_linear_out[2];
    let x3 = -max_nan(max_nan(x0, x1), x2);
    let x4 = min_nan(max_nan(fc_linear_out[id] + x3, -110.0), 89.0);
    let x5 = x4 * 1.442695;
    let x6 = trunc(x5 + select(0.5, -0.5, x5 < 0.0));
    let x7 = x4 - x6 * 0.69311523 - x6 * 3.1946183e-5;
    let x8 = fma(fma(fma(fma(0.001381422, x7, 0.008368899), x7, 0.041668404), x7, 0.1666652), x7, 0.49999994);
    let x9 = f32_to_i32(x6);
    let x10 = x9 >> 1u;
    let x11 = fma(fma(x8, x7, 1.0), x7, 1.0) * bitcast<f32>((x10 + 127) << 23u) * bitcast<f32>((x9 - x10 + 127) << 23u);
    let x12 = min_nan(max_nan(x0 + x3, -110.0), 89.0);
    let x13 = x12 * 1.442695;
    let x14 = trunc(x13 + select(0.5, -0.5, x13 < 0.0));
    let x15 = x12 - x14 * 0.69311523 - x14 * 3.1946183e-5;
    let x16 = fma(fma(fma(fma(0.001381422, x15, 0.008368899), x15, 0.041668404), x15, 0.1666652), x15, 0.49999994);
    let x17 = f32_to_i32(x14);
    let x18 = x17 >> 1u;
    let x19 = fma(fma(x16, x15, 1.0), x15, 1.0) * bitcast<f32>((x18 + 127) << 23u) * bitcast<f32>((x17 - x18 + 127) << 23u);
    let x20 = min_nan(max_nan(x1 + x3, -110.0), 89.0);
    let x21 = x20 * 1.442695;
    let x22 = trunc(x21 + select(0.5, -0.5, x21 < 0.0));
    let x23 = x20 - x22 * 0.69311523 - x22 * 3.1946183e-5;
    let x24 = fma(fma(fma(fma(0.001381422, x23, 0.008368899), x23, 0.041668404), x23, 0.1666652), x23, 0.49999994);
    let x25 = f32_to_i32(x22);
    let x26 = x25 >> 1u;
    let x27 = fma(fma(x24, x23, 1.0), x23, 1.0) * bitcast<f32>((x26 + 127) << 23u) * bitcast<f32>((x25 - x26 + 127) << 23u);
    let x28 = min_nan(max_nan(x2 + x3, -110.0), 89.0);
    let x29 = x28 * 1.442695;
    let x30 = trunc(x29 + select(0.5, -0.5, x29 < 0.0));
    let x31 = x28 - x30 * 0.69311523 - x30 * 3.1946183e-5;
    let x32 = fma(fma(fma(fma(0.001381422, x31, 0.008368899), x31, 0.041668404), x31, 0.1666652), x31, 0.49999994);
    let x33 = f32_to_i32(x30);
    let x34 = x33 >> 1u;
    let x35 = fma(fma(x32, x31, 1.0), x31, 1.0) * bitcast<f32>((x34 + 127) << 23u) * bitcast<f32>((x33 - x34 + 127) << 23u);
    output[id] = x11 / (x19 + x27 + x35);
}
`;
