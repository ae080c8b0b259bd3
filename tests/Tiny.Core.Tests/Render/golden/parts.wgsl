@group(0) @binding(0) var<storage, read_write> result: array<atomic<u32>>; // bool, 4 in a word
@group(0) @binding(1) var<storage, read> operand1: array<u32>; // bool, 4 in a word
@group(0) @binding(2) var<storage, read> operand2: array<u32>; // bool, 4 in a word

@compute @workgroup_size(64)
fn parts(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
    let id = i32(wid.x * 64u + lid);
    if (id >= 35) { return; }
    let x0 = id / 4;
    let x1 = id % 5;
    let x2 = id / 5;
    let v0 = u32(id % 4 * 8);
    let is0 = (((operand1[(x1 * 7 + x2) / 4] >> u32((x1 * 3 + x2) % 4 * 8)) & 255u) != 0u) != (((operand2[x0] >> v0) & 255u) != 0u);
    let v1 = u32(is0) << v0;
    atomicAnd(&result[x0], ~(255u << v0));
    atomicOr(&result[x0], v1);
}
