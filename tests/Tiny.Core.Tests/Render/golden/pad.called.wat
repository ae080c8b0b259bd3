func 0
  local 1 i32
  local 1 f32
  i32.const 0
  local.set 2
  loop
    local.get 2
    i32.const 2
    i32.lt_s
    i32.const 1
    i32.ne
    local.get 2
    i32.const 12
    i32.lt_s
    i32.and
    if
      local.get 1
      local.get 2
      i32.const 2
      i32.shl
      i32.add
      f32.load
      local.set 3
    else
      f32.const 0
      local.set 3
    end
    local.get 2
    i32.const 14
    i32.lt_s
    if
      local.get 0
      local.get 2
      i32.const 2
      i32.shl
      i32.add
      local.get 3
      f32.store
    end
    local.get 2
    i32.const 1
    i32.add
    local.tee 2
    i32.const 16
    i32.lt_s
    br_if 0
  end
end
