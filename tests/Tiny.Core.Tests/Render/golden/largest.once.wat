func 0
  local 1 f32
  local 1 i32
  f32.const -Infinity
  local.set 0
  i32.const 0
  local.set 1
  loop
    local.get 0
    local.get 1
    i32.const 2
    i32.shl
    f32.load offset=69632
    f32.max
    local.set 0
    local.get 1
    i32.const 1
    i32.add
    local.tee 1
    i32.const 4
    i32.lt_s
    br_if 0
  end
  i32.const 0
  local.get 0
  f32.store offset=65536
end
