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
    let x4 = min_nan(max_nan((fc_linear_out[id] + x3) * 1.442695, -160.0), 129.0);
    let x5 = trunc(x4 + select(0.5, -0.5, x4 < 0.0));
    let x6 = x4 - x5;
    let x7 = fma(fma(fma(fma(0.00015345812, x6, 0.0013399931), x6, 0.009618489), x6, 0.055503286), x6, 0.24022646);
    let x8 = f32_to_i32(x5);
    let x9 = x8 >> 1u;
    let x10 = fma(fma(x7, x6, 0.6931472), x6, 1.0) * bitcast<f32>((x9 + 127) << 23u) * bitcast<f32>((x8 - x9 + 127) << 23u);
    let x11 = min_nan(max_nan((x0 + x3) * 1.442695, -160.0), 129.0);
    let x12 = trunc(x11 + select(0.5, -0.5, x11 < 0.0));
    let x13 = x11 - x12;
    let x14 = fma(fma(fma(fma(0.00015345812, x13, 0.0013399931), x13, 0.009618489), x13, 0.055503286), x13, 0.24022646);
    let x15 = f32_to_i32(x12);
    let x16 = x15 >> 1u;
    let x17 = fma(fma(x14, x13, 0.6931472), x13, 1.0) * bitcast<f32>((x16 + 127) << 23u) * bitcast<f32>((x15 - x16 + 127) << 23u);
    let x18 = min_nan(max_nan((x1 + x3) * 1.442695, -160.0), 129.0);
    let x19 = trunc(x18 + select(0.5, -0.5, x18 < 0.0));
    let x20 = x18 - x19;
    let x21 = fma(fma(fma(fma(0.00015345812, x20, 0.0013399931), x20, 0.009618489), x20, 0.055503286), x20, 0.24022646);
    let x22 = f32_to_i32(x19);
    let x23 = x22 >> 1u;
    let x24 = fma(fma(x21, x20, 0.6931472), x20, 1.0) * bitcast<f32>((x23 + 127) << 23u) * bitcast<f32>((x22 - x23 + 127) << 23u);
    let x25 = min_nan(max_nan((x2 + x3) * 1.442695, -160.0), 129.0);
    let x26 = trunc(x25 + select(0.5, -0.5, x25 < 0.0));
    let x27 = x25 - x26;
    let x28 = fma(fma(fma(fma(0.00015345812, x27, 0.0013399931), x27, 0.009618489), x27, 0.055503286), x27, 0.24022646);
    let x29 = f32_to_i32(x26);
    let x30 = x29 >> 1u;
    let x31 = fma(fma(x28, x27, 0.6931472), x27, 1.0) * bitcast<f32>((x30 + 127) << 23u) * bitcast<f32>((x29 - x30 + 127) << 23u);
    output[id] = x10 / (x17 + x24 + x31);
}
`;
