// small, compiled by Tiny 0.1.0; weights SHA-256 b002c283603d4e4a05408b6625bba58145df0e81b5e74cb6384f1e3fe403cd34
// SPDX-License-Identifier: MIT-0

export const conv_conv2d_relu = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<storage, read_write> operand: array<f32>;
@group(0) @binding(2) var<storage, read> operand_1: array<f32>;
@group(0) @binding(3) var<storage, read> operand_2: array<f32>;
fn is_nan(x: f32) -> bool {
return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
fn max_nan(a: f32, b: f32) -> f32 {
return select(select(max(a, b), b, is_nan(b)), a, is_nan(a));
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
let id = i32(wid.x * 64u + lid);
if (id >= 144) { return; }
let x0 = id % 6;
let x1 = id / 6 % 6;
let x2 = x0 + x1 * 8;
let x3 = id / 36;
var acc0 = 0.0;
for (var r0 = 0; r0 < 3; r0++) {
let x4 = x2 + r0 * 8;
let x5 = x3 + r0 * 12;
for (var r1 = 0; r1 < 3; r1++) {
acc0 = fma(operand[x4 + r1], operand_1[x5 + r1 * 4], acc0);
}
}
result[x0 * 4 + x1 * 24 + x3] = max_nan(acc0 + operand_2[x3], 0.0);
}
`;

export const fc_linear = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<storage, read_write> operand: array<f32>;
@group(0) @binding(2) var<storage, read> operand_1: array<f32>;
@group(0) @binding(3) var<storage, read> operand_2: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
let id = i32(wid.x * 64u + lid);
if (id >= 3) { return; }
let x0 = id * 144;
var acc0 = 0.0;
for (var r0 = 0; r0 < 4; r0++) {
let x1 = x0 + r0 * 36;
for (var r1 = 0; r1 < 36; r1++) {
acc0 = fma(operand[r0 + r1 * 4], operand_1[x1 + r1], acc0);
}
}
result[id] = acc0 + operand_2[id];
}
`;

export const softmax = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<storage, read_write> operand: array<f32>;
fn f32_to_i32(x: f32) -> i32 {
if (x >= 2147483648.0) { return 2147483647; }
return select(i32(x), 0, is_nan(x));
}
fn infinity() -> f32 {
var bits = 0x7f800000u;
return bitcast<f32>(bits);
}
fn is_nan(x: f32) -> bool {
return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
fn max_nan(a: f32, b: f32) -> f32 {
return select(select(max(a, b), b, is_nan(b)), a, is_nan(a));
}
fn min_nan(a: f32, b: f32) -> f32 {
return select(select(min(a, b), b, is_nan(b)), a, is_nan(a));
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
let id = i32(wid.x * 64u + lid);
if (id >= 1) { return; }
var acc0 = -infinity();
for (var r0 = 0; r0 < 3; r0++) {
acc0 = max_nan(acc0, operand[r0]);
}
let x0 = -acc0;
var acc1 = 0.0;
for (var r1 = 0; r1 < 3; r1++) {
let x1 = min_nan(max_nan(operand[r1] + x0, -110.0), 89.0);
let x2 = x1 * 1.442695;
let x3 = trunc(x2 + select(0.5, -0.5, x2 < 0.0));
let x4 = x1 - x3 * 0.69311523 - x3 * 3.1946183e-5;
let x5 = fma(fma(fma(fma(0.001381422, x4, 0.008368899), x4, 0.041668404), x4, 0.1666652), x4, 0.49999994);
let x6 = f32_to_i32(x3);
let x7 = x6 >> 1u;
let x8 = fma(fma(fma(x5, x4, 1.0), x4, 1.0) * bitcast<f32>((x7 + 127) << 23u), bitcast<f32>((x6 - x7 + 127) << 23u), acc1);
acc1 = x8;
}
let x9 = min_nan(max_nan(operand[0] + x0, -110.0), 89.0);
let x10 = x9 * 1.442695;
let x11 = trunc(x10 + select(0.5, -0.5, x10 < 0.0));
let x12 = x9 - x11 * 0.69311523 - x11 * 3.1946183e-5;
let x13 = fma(fma(fma(fma(0.001381422, x12, 0.008368899), x12, 0.041668404), x12, 0.1666652), x12, 0.49999994);
let x14 = f32_to_i32(x11);
let x15 = x14 >> 1u;
let x16 = fma(fma(x13, x12, 1.0), x12, 1.0) * bitcast<f32>((x15 + 127) << 23u) * bitcast<f32>((x14 - x15 + 127) << 23u);
result[0] = x16 / acc1;
let x17 = min_nan(max_nan(operand[1] + x0, -110.0), 89.0);
let x18 = x17 * 1.442695;
let x19 = trunc(x18 + select(0.5, -0.5, x18 < 0.0));
let x20 = x17 - x19 * 0.69311523 - x19 * 3.1946183e-5;
let x21 = fma(fma(fma(fma(0.001381422, x20, 0.008368899), x20, 0.041668404), x20, 0.1666652), x20, 0.49999994);
let x22 = f32_to_i32(x19);
let x23 = x22 >> 1u;
let x24 = fma(fma(x21, x20, 1.0), x20, 1.0) * bitcast<f32>((x23 + 127) << 23u) * bitcast<f32>((x22 - x23 + 127) << 23u);
result[1] = x24 / acc1;
let x25 = min_nan(max_nan(operand[2] + x0, -110.0), 89.0);
let x26 = x25 * 1.442695;
let x27 = trunc(x26 + select(0.5, -0.5, x26 < 0.0));
let x28 = x25 - x27 * 0.69311523 - x27 * 3.1946183e-5;
let x29 = fma(fma(fma(fma(0.001381422, x28, 0.008368899), x28, 0.041668404), x28, 0.1666652), x28, 0.49999994);
let x30 = f32_to_i32(x27);
let x31 = x30 >> 1u;
let x32 = fma(fma(x29, x28, 1.0), x28, 1.0) * bitcast<f32>((x31 + 127) << 23u) * bitcast<f32>((x30 - x31 + 127) << 23u);
result[2] = x32 / acc1;
}
`;
