func 0
  local 1 i32
  local 1 f32
  i32.const 0
  local.set 0
  loop
    local.get 0
    i32.const 2
    i32.lt_s
    i32.const 1
    i32.ne
    local.get 0
    i32.const 12
    i32.lt_s
    i32.and
    if
      local.get 0
      i32.const 2
      i32.shl
      f32.load offset=69624
      local.set 1
    else
      f32.const 0
      local.set 1
    end
    local.get 0
    i32.const 14
    i32.lt_s
    if
      local.get 0
      i32.const 2
      i32.shl
      local.get 1
      f32.store offset=65536
    end
    local.get 0
    i32.const 1
    i32.add
    local.tee 0
    i32.const 16
    i32.lt_s
    br_if 0
  end
end
