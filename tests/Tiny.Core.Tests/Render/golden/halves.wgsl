@group(0) @binding(0) var<storage, read_write> result: array<u32>; // uint16, 2 in a word
@group(0) @binding(1) var<storage, read> operand1: array<u32>; // uint16, 2 in a word
@group(0) @binding(2) var<storage, read> operand2: array<u32>; // uint16, 2 in a word

@compute @workgroup_size(64)
fn halves(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
    let id = i32(wid.x * 64u + lid);
    if (id >= 32) { return; }
    let v0 = operand1[id];
    let x0 = i32(v0 & 65535u);
    let x1 = x0 & 32767;
    let x2 = x1 << 13u;
    let x3 = select(select(x2 | 2139095040, x2 + 939524096, x1 < 31744), bitcast<i32>(f32(x1) * 5.9604645e-8), x1 < 1024);
    let x4 = bitcast<i32>(bitcast<f32>(x3 | ((x0 & 32768) << 16u)) * 3.0);
    let x5 = x4 & 2147483647;
    let x6 = min(x5, 2139095040);
    let x7 = select((x6 + ((x6 >> 13u) & 1) + 4095) & -8192, bitcast<i32>(f32(bitcast<i32>(bitcast<f32>(x6) + 0.5) - 1056964608) * 5.9604645e-8), x6 < 947912704);
    let x8 = select(x5, select(2139095040, x7, x7 < 1199562753), x5 < 2139095041) | (x4 & i32(-2147483648));
    let v1 = operand2[31 - id];
    let x9 = i32(v1 >> 16u);
    let x10 = x9 & 32767;
    let x11 = x10 << 13u;
    let x12 = select(select(x11 | 2139095040, x11 + 939524096, x10 < 31744), bitcast<i32>(f32(x10) * 5.9604645e-8), x10 < 1024);
    let x13 = bitcast<i32>(bitcast<f32>(x8) + bitcast<f32>(x12 | ((x9 & 32768) << 16u)));
    let x14 = x13 & 2147483647;
    let x15 = min(x14, 2139095040);
    let x16 = select(((x15 + ((x15 >> 13u) & 1) + 4095) >> 13u) - 114688, bitcast<i32>(bitcast<f32>(x15) + 0.5) - 1056964608, x15 < 947912704);
    let v2 = bitcast<u32>(select(32256, min(x16, 31744), x14 < 2139095041) | ((x13 >> 16u) & 32768)) & 65535u;
    let x17 = i32(v0 >> 16u);
    let x18 = x17 & 32767;
    let x19 = x18 << 13u;
    let x20 = select(select(x19 | 2139095040, x19 + 939524096, x18 < 31744), bitcast<i32>(f32(x18) * 5.9604645e-8), x18 < 1024);
    let x21 = bitcast<i32>(bitcast<f32>(x20 | ((x17 & 32768) << 16u)) * 3.0);
    let x22 = x21 & 2147483647;
    let x23 = min(x22, 2139095040);
    let x24 = select((x23 + ((x23 >> 13u) & 1) + 4095) & -8192, bitcast<i32>(f32(bitcast<i32>(bitcast<f32>(x23) + 0.5) - 1056964608) * 5.9604645e-8), x23 < 947912704);
    let x25 = select(x22, select(2139095040, x24, x24 < 1199562753), x22 < 2139095041) | (x21 & i32(-2147483648));
    let x26 = i32(v1 & 65535u);
    let x27 = x26 & 32767;
    let x28 = x27 << 13u;
    let x29 = select(select(x28 | 2139095040, x28 + 939524096, x27 < 31744), bitcast<i32>(f32(x27) * 5.9604645e-8), x27 < 1024);
    let x30 = bitcast<i32>(bitcast<f32>(x25) + bitcast<f32>(x29 | ((x26 & 32768) << 16u)));
    let x31 = x30 & 2147483647;
    let x32 = min(x31, 2139095040);
    let x33 = select(((x32 + ((x32 >> 13u) & 1) + 4095) >> 13u) - 114688, bitcast<i32>(bitcast<f32>(x32) + 0.5) - 1056964608, x32 < 947912704);
    let v3 = bitcast<u32>(select(32256, min(x33, 31744), x31 < 2139095041) | ((x30 >> 16u) & 32768)) & 65535u;
    result[id] = v2 | (v3 << 16u);
}
