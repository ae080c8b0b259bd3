// Two kernels written by hand, to test the runtime apart from the compiler.

export const mix = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> h: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;

@compute @workgroup_size(64)
fn mix(@builtin(global_invocation_id) id: vec3u) {
    if (id.x >= 4u) { return; }
    h[id.x] = fma(x[id.x], w[id.x], b[id.x]);
}
`;

export const tally = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> total: array<f32>;
@group(0) @binding(1) var<storage, read_write> counts: array<i32>;
@group(0) @binding(2) var<storage, read_write> h: array<f32>;
@group(0) @binding(3) var<storage, read_write> k: array<i32>;

@compute @workgroup_size(1)
fn tally() {
    var sum = 0.0;
    for (var i = 0; i < 4; i++) {
        sum += h[i];
        counts[i] = i32(h[i]) + k[i];
    }
    total[0] = sum;
}
`;
