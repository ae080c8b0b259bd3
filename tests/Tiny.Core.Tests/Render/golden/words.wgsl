@group(0) @binding(0) var<storage, read_write> result: array<u32>; // bool, 4 in a word
@group(0) @binding(1) var<storage, read> operand1: array<vec4f>;
@group(0) @binding(2) var<storage, read> operand2: array<u32>; // bool, 4 in a word

@compute @workgroup_size(64)
fn words(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
    let id = i32(wid.x * 64u + lid);
    if (id >= 32) { return; }
    let v0 = operand1[id];
    let v1 = operand2[id];
    let v2 = u32(v0.x < 0.5 && (v1 & 255u) != 0u) | (u32(v0.y < 0.5 && ((v1 >> 8u) & 255u) != 0u) << 8u);
    let v3 = v2 | (u32(v0.z < 0.5 && ((v1 >> 16u) & 255u) != 0u) << 16u) | (u32(v0.w < 0.5 && v1 >> 24u != 0u) << 24u);
    result[id] = v3;
}
