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
    let x3 = u32(id % 4 * 8);
    let x4 = (((operand1[(x1 * 7 + x2) / 4] >> u32((x1 * 3 + x2) % 4 * 8)) & 255u) != 0u) != (((operand2[x0] >> x3) & 255u) != 0u);
    let x5 = u32(x4) << x3;
    atomicAnd(&result[x0], ~(255u << x3));
    atomicOr(&result[x0], x5);
}
