func 0
  local 1 f32
  local 2 v128
  local 2 i32
  local 1 v128
  i32.const 0
  f32.load offset=77824
  local.set 0
  local.get 1
  local.set 2
  i32.const 0
  local.set 3
  loop
    local.get 3
    i32.const 4
    i32.mul
    local.tee 4
    i32.const 2
    i32.shl
    v128.load offset=73728
    local.tee 5
    local.get 0
    f32x4.splat
    f32x4.mul
    f32.const -3
    f32x4.splat
    f32x4.add
    local.get 5
    f32x4.neg
    f32x4.max
    local.set 5
    local.get 4
    i32.const 2
    i32.shl
    local.get 5
    v128.store offset=65536
    local.get 2
    local.get 5
    f32x4.add
    local.set 2
    local.get 3
    i32.const 1
    i32.add
    local.tee 3
    i32.const 16
    i32.lt_s
    br_if 0
  end
  i32.const 0
  local.get 2
  local.tee 5
  local.get 5
  local.get 5
  i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
  f32x4.add
  local.tee 5
  local.get 5
  local.get 5
  i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3
  f32x4.add
  f32x4.extract_lane 0
  f32.store offset=69632
end
