// small, compiled by Tiny 0.1.0; weights SHA-256 b002c283603d4e4a05408b6625bba58145df0e81b5e74cb6384f1e3fe403cd34
// SPDX-License-Identifier: MIT-0

export const conv_conv2d_relu = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<storage, read_write> operand: array<f32>;
@group(0) @binding(2) var<storage, read> operand_1: array<f32>;
@group(0) @binding(3) var<storage, read> operand_2: array<f32>;
fn at_least(x: f32, least: f32) -> f32 {
return select(max(x, least), x, is_nan(x));
}
fn is_nan(x: f32) -> bool {
return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
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
result[x0 * 4 + x1 * 24 + x3] = at_least(acc0 + operand_2[x3], 0.0);
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
fn within(x: f32, least: f32, most: f32) -> f32 {
return select(clamp(x, least, most), x, is_nan(x));
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
let id = i32(wid.x * 64u + lid);
if (id >= 1) { return; }
var acc0 = -infinity();
for (var r0 = 0; r0 < 3; r0++) {
acc0 = max_nan(acc0, operand[r0]);
}
let v0 = -acc0;
var acc1 = 0.0;
for (var r0 = 0; r0 < 3; r0++) {
let v1 = within(operand[r0] + v0, -110.0, 89.0);
let v2 = v1 * 1.442695;
let v3 = trunc(v2 + select(0.5, -0.5, v2 < 0.0));
let v4 = v1 - v3 * 0.69311523 - v3 * 3.1946183e-5;
let v5 = fma(fma(fma(fma(0.001381422, v4, 0.008368899), v4, 0.041668404), v4, 0.1666652), v4, 0.49999994);
let x0 = f32_to_i32(v3);
let x1 = x0 >> 1u;
let v6 = fma(fma(fma(v5, v4, 1.0), v4, 1.0) * bitcast<f32>((x1 + 127) << 23u), bitcast<f32>((x0 - x1 + 127) << 23u), acc1);
acc1 = v6;
}
let v1 = within(operand[0] + v0, -110.0, 89.0);
let v2 = v1 * 1.442695;
let v3 = trunc(v2 + select(0.5, -0.5, v2 < 0.0));
let v4 = v1 - v3 * 0.69311523 - v3 * 3.1946183e-5;
let v5 = fma(fma(fma(fma(0.001381422, v4, 0.008368899), v4, 0.041668404), v4, 0.1666652), v4, 0.49999994);
let x0 = f32_to_i32(v3);
let x1 = x0 >> 1u;
let v6 = fma(fma(v5, v4, 1.0), v4, 1.0) * bitcast<f32>((x1 + 127) << 23u) * bitcast<f32>((x0 - x1 + 127) << 23u);
result[0] = v6 / acc1;
let v7 = within(operand[1] + v0, -110.0, 89.0);
let v8 = v7 * 1.442695;
let v9 = trunc(v8 + select(0.5, -0.5, v8 < 0.0));
let v10 = v7 - v9 * 0.69311523 - v9 * 3.1946183e-5;
let v11 = fma(fma(fma(fma(0.001381422, v10, 0.008368899), v10, 0.041668404), v10, 0.1666652), v10, 0.49999994);
let x2 = f32_to_i32(v9);
let x3 = x2 >> 1u;
let v12 = fma(fma(v11, v10, 1.0), v10, 1.0) * bitcast<f32>((x3 + 127) << 23u) * bitcast<f32>((x2 - x3 + 127) << 23u);
result[1] = v12 / acc1;
let v13 = within(operand[2] + v0, -110.0, 89.0);
let v14 = v13 * 1.442695;
let v15 = trunc(v14 + select(0.5, -0.5, v14 < 0.0));
let v16 = v13 - v15 * 0.69311523 - v15 * 3.1946183e-5;
let v17 = fma(fma(fma(fma(0.001381422, v16, 0.008368899), v16, 0.041668404), v16, 0.1666652), v16, 0.49999994);
let x4 = f32_to_i32(v15);
let x5 = x4 >> 1u;
let v18 = fma(fma(v17, v16, 1.0), v16, 1.0) * bitcast<f32>((x5 + 127) << 23u) * bitcast<f32>((x4 - x5 + 127) << 23u);
result[2] = v18 / acc1;
}
`;
