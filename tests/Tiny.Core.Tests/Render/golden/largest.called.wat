func 0
  local 1 f32
  local 1 i32
  f32.const -Infinity
  local.set 2
  i32.const 0
  local.set 3
  loop
    local.get 2
    local.get 1
    local.get 3
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.max
    local.set 2
    local.get 3
    i32.const 1
    i32.add
    local.tee 3
    i32.const 4
    i32.lt_s
    br_if 0
  end
  local.get 0
  local.get 2
  f32.store
end
