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
    return select(b, a, a > b || is_nan(a));
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

// By the bits: a compiler of shaders may take x != x for false.
fn is_nan(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

// The larger; NaN if either is.
fn max_nan(a: f32, b: f32) -> f32 {
    return select(b, a, a > b || is_nan(a));
}

@compute @workgroup_size(64)
fn softmax(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
    let id = i32(wid.x * 64u + lid);
    if (id >= 3) { return; }
    let x0 = fc_linear_out[0];
    let x1 = fc_linear_out[1];
    let x2 = fc_linear_out[2];
    let x3 = -max_nan(max_nan(x0, x1), x2);
    let x4 = exp2((fc_linear_out[id] + x3) * 1.442695) / (exp2((x0 + x3) * 1.442695) + exp2((x1 + x3) * 1.442695) + exp2((x2 + x3) * 1.442695));
    output[id] = x4;
}
`;
