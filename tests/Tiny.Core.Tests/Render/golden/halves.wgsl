@group(0) @binding(0) var<storage, read_write> result: array<u32>; // uint16, 2 in a word
@group(0) @binding(1) var<storage, read> operand1: array<u32>; // uint16, 2 in a word
@group(0) @binding(2) var<storage, read> operand2: array<u32>; // uint16, 2 in a word

@compute @workgroup_size(64)
fn halves(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
    let id = i32(wid.x * 64u + lid);
    if (id >= 32) { return; }
    let x0 = operand1[id];
    let x1 = i32(x0 & 65535u);
    let x2 = x1 & 32767;
    let x3 = x2 << 13u;
    let x4 = select(select(x3 | 2139095040, x3 + 939524096, x2 < 31744), bitcast<i32>(f32(x2) * 5.9604645e-8), x2 < 1024);
    let x5 = bitcast<i32>(bitcast<f32>(x4 | ((x1 & 32768) << 16u)) * 3.0);
    let x6 = x5 & 2147483647;
    let x7 = min(x6, 2139095040);
    let x8 = select((x7 + ((x7 >> 13u) & 1) + 4095) & -8192, bitcast<i32>(f32(bitcast<i32>(bitcast<f32>(x7) + 0.5) - 1056964608) * 5.9604645e-8), x7 < 947912704);
    let x9 = select(x6, select(2139095040, x8, x8 < 1199562753), x6 < 2139095041) | (x5 & i32(-2147483648));
    let x10 = operand2[31 - id];
    let x11 = i32(x10 >> 16u);
    let x12 = x11 & 32767;
    let x13 = x12 << 13u;
    let x14 = select(select(x13 | 2139095040, x13 + 939524096, x12 < 31744), bitcast<i32>(f32(x12) * 5.9604645e-8), x12 < 1024);
    let x15 = bitcast<i32>(bitcast<f32>(x9) + bitcast<f32>(x14 | ((x11 & 32768) << 16u)));
    let x16 = x15 & 2147483647;
    let x17 = min(x16, 2139095040);
    let x18 = select(((x17 + ((x17 >> 13u) & 1) + 4095) >> 13u) - 114688, bitcast<i32>(bitcast<f32>(x17) + 0.5) - 1056964608, x17 < 947912704);
    let x19 = bitcast<u32>(select(32256, min(x18, 31744), x16 < 2139095041) | ((x15 >> 16u) & 32768)) & 65535u;
    let x20 = i32(x0 >> 16u);
    let x21 = x20 & 32767;
    let x22 = x21 << 13u;
    let x23 = select(select(x22 | 2139095040, x22 + 939524096, x21 < 31744), bitcast<i32>(f32(x21) * 5.9604645e-8), x21 < 1024);
    let x24 = bitcast<i32>(bitcast<f32>(x23 | ((x20 & 32768) << 16u)) * 3.0);
    let x25 = x24 & 2147483647;
    let x26 = min(x25, 2139095040);
    let x27 = select((x26 + ((x26 >> 13u) & 1) + 4095) & -8192, bitcast<i32>(f32(bitcast<i32>(bitcast<f32>(x26) + 0.5) - 1056964608) * 5.9604645e-8), x26 < 947912704);
    let x28 = select(x25, select(2139095040, x27, x27 < 1199562753), x25 < 2139095041) | (x24 & i32(-2147483648));
    let x29 = i32(x10 & 65535u);
    let x30 = x29 & 32767;
    let x31 = x30 << 13u;
    let x32 = select(select(x31 | 2139095040, x31 + 939524096, x30 < 31744), bitcast<i32>(f32(x30) * 5.9604645e-8), x30 < 1024);
    let x33 = bitcast<i32>(bitcast<f32>(x28) + bitcast<f32>(x32 | ((x29 & 32768) << 16u)));
    let x34 = x33 & 2147483647;
    let x35 = min(x34, 2139095040);
    let x36 = select(((x35 + ((x35 >> 13u) & 1) + 4095) >> 13u) - 114688, bitcast<i32>(bitcast<f32>(x35) + 0.5) - 1056964608, x35 < 947912704);
    let x37 = bitcast<u32>(select(32256, min(x36, 31744), x34 < 2139095041) | ((x33 >> 16u) & 32768)) & 65535u;
    result[id] = x19 | (x37 << 16u);
}
