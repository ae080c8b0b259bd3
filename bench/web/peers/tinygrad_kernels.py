"""A net of nets.mjs as tinygrad's kernels for WebGPU; no device is needed: PYTHONPATH=<a checkout of tinygrad> DEV=NULL:WGSL python3 tinygrad_kernels.py NET.json OUT.json"""
import json, sys
from tinygrad import Device, Tensor
from tinygrad.codegen import to_program
from tinygrad.helpers import prod
from tinygrad.uop.ops import Ops
from extra.export_model import iter_kernel_calls, jit_model

net = json.load(open(sys.argv[1]))
weights = []

def weight(*shape):
  weights.append(Tensor.empty(*shape).contiguous().realize())
  return weights[-1]

layers = [(layer, *((weight(*layer["shape"]), weight(layer["shape"][0 if layer["op"] == "conv" else 1]) if layer.get("bias") is not False else None) if "shape" in layer else (None, None)))
          for layer in net["layers"]]

def forward(x):
  kept = x
  for layer, w, b in layers:
    op = layer["op"]
    if op == "conv": x = x.conv2d(w, b, groups=layer["groups"], stride=layer["stride"], padding=layer["pad"])
    elif op == "dense": x = x.linear(w, b) if b is not None else x.dot(w)
    elif op == "keep": kept = x
    elif op == "addKept": x = x + kept
    elif op == "relu": x = x.relu()
    elif op == "mean": x = x.mean((2, 3))
    else: x = x * layer["factor"] + layer["addend"]
    if layer.get("act") == "relu": x = x.relu()
    if layer.get("act") == "relu6": x = x.relu6()
  return x

linear, outputs = jit_model(forward, Tensor.empty(*net["input"]).contiguous().realize())
weight_of = {id(w.uop.base.realized.base): i for i, w in enumerate(weights)}
buffers, calls, codes = {}, [], {}

def number(arg):
  """The number of a buffer: what it holds first, and how many bytes it has."""
  if arg.op is Ops.PARAM: key, holds, size = "input", "input", prod(arg.shape) * arg.dtype.itemsize
  else:
    b = arg.buffer
    key, size = (id(b.base), b.offset, b.nbytes), b.nbytes
    holds = weight_of.get(id(b.base), "output" if any(b is o for o in outputs) else None)
  return buffers.setdefault(key, (len(buffers), holds, size))[0]

for call in iter_kernel_calls(linear):
  args = [b for b in call.src[1:] if not b.is_bound_var]
  program = to_program(call.src[0], Device[Device.DEFAULT].renderer)
  code = codes.setdefault(program.src[2].arg.replace(program.arg.function_name, "main"), len(codes))
  calls.append([code, [number(b) for b in args], list(program.arg.global_size)])
json.dump({"codes": list(codes), "calls": calls, "buffers": [[holds, size] for _, holds, size in buffers.values()]}, open(sys.argv[2], "w"))
