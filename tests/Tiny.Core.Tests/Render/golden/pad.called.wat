func 0
  local 1 i32
  i32.const 0
  local.set 2
  loop
    local.get 2
    i32.const 14
    i32.lt_s
    if
      local.get 0
      local.get 2
      i32.const 2
      i32.shl
      i32.add
      local.get 1
      local.get 2
      i32.const 2
      i32.shl
      i32.add
      i32.const 0
      local.get 2
      i32.const 2
      i32.lt_s
      i32.const 1
      i32.ne
      local.get 2
      i32.const 12
      i32.lt_s
      i32.and
      select
      f32.load
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
