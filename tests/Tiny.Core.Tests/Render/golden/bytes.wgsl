@group(0) @binding(0) var<storage, read_write> result: array<atomic<u32>>; // int8, 4 in a word
@group(0) @binding(1) var<storage, read> operand1: array<u32>; // int8, 4 in a word

@compute @workgroup_size(64)
fn bytes(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
    let id = i32(wid.x * 64u + lid);
    if (id >= 25) { return; }
    let x0 = id / 4;
    let x1 = id % 5;
    let x2 = id / 5;
    let x3 = max(bitcast<i32>(operand1[(x1 + x2 * 6) / 4] << u32(24 - (x1 + x2 * 2) % 4 * 8)) >> 24u, 3);
    let v0 = u32(id % 4 * 8);
    let v1 = (bitcast<u32>(x3 * 5) & 255u) << v0;
    atomicAnd(&result[x0], ~(255u << v0));
    atomicOr(&result[x0], v1);
}
