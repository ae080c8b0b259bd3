@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(64)
fn pad(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
    let id = i32(wid.x * 64u + lid);
    if (id >= 16) { return; }
    let is0 = id >= 2 && id < 12;
    if (id < 14) { out[id] = select(0.0, x[select(0, id - 2, is0)], is0); }
}
