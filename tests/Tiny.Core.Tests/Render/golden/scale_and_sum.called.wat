func 0
  local 1 f32
  local 2 v128
  local 2 i32
  local 1 v128
  local.get 3
  f32.load
  local.set 4
  local.get 5
  local.set 6
  i32.const 0
  local.set 7
  loop
    local.get 7
    i32.const 4
    i32.mul
    local.set 8
    local.get 2
    local.get 8
    i32.const 2
    i32.shl
    i32.add
    v128.load
    local.tee 9
    local.get 4
    f32x4.splat
    f32x4.mul
    f32.const -3
    f32x4.splat
    f32x4.add
    local.get 9
    f32x4.neg
    f32x4.max
    local.set 9
    local.get 0
    local.get 8
    i32.const 2
    i32.shl
    i32.add
    local.get 9
    v128.store
    local.get 6
    local.get 9
    f32x4.add
    local.set 6
    local.get 7
    i32.const 1
    i32.add
    local.tee 7
    i32.const 16
    i32.lt_s
    br_if 0
  end
  local.get 1
  local.get 6
  local.tee 9
  local.get 9
  local.get 9
  i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
  f32x4.add
  local.tee 9
  local.get 9
  local.get 9
  i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3
  f32x4.add
  f32x4.extract_lane 0
  f32.store
end
