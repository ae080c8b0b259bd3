func 0
  local 1 i32
  i32.const 0
  local.set 0
  loop
    local.get 0
    i32.const 14
    i32.lt_s
    if
      local.get 0
      i32.const 2
      i32.shl
      local.get 0
      i32.const 2
      i32.shl
      i32.const 69624
      i32.add
      i32.const 0
      local.get 0
      i32.const 2
      i32.lt_s
      i32.const 1
      i32.ne
      local.get 0
      i32.const 12
      i32.lt_s
      i32.and
      select
      f32.load
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
