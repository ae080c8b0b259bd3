func 0
  local 3 i32
  local 1 f32
  local 2 i32
  i32.const 0
  local.set 0
  loop
    i32.const 0
    local.set 1
    loop
      i32.const 0
      local.set 2
      loop
        f32.const 0
        local.set 3
        i32.const 0
        local.set 4
        loop
          i32.const 0
          local.set 5
          loop
            local.get 3
            local.get 1
            i32.const 28
            i32.mul
            local.get 4
            i32.const 28
            i32.mul
            i32.add
            local.get 2
            i32.add
            local.get 5
            i32.add
            i32.const 2
            i32.shl
            f32.load offset=69632
            local.get 0
            i32.const 9
            i32.mul
            local.get 4
            i32.const 3
            i32.mul
            i32.add
            local.get 5
            i32.add
            i32.const 2
            i32.shl
            f32.load offset=73728
            f32.mul
            f32.add
            local.set 3
            local.get 5
            i32.const 1
            i32.add
            local.tee 5
            i32.const 3
            i32.lt_s
            br_if 0
          end
          local.get 4
          i32.const 1
          i32.add
          local.tee 4
          i32.const 3
          i32.lt_s
          br_if 0
        end
        local.get 0
        i32.const 676
        i32.mul
        local.get 1
        i32.const 26
        i32.mul
        i32.add
        local.get 2
        i32.add
        i32.const 2
        i32.shl
        local.get 3
        local.get 0
        i32.const 2
        i32.shl
        f32.load offset=77824
        f32.add
        f32.const 0
        f32.max
        f32.store offset=65536
        local.get 2
        i32.const 1
        i32.add
        local.tee 2
        i32.const 26
        i32.lt_s
        br_if 0
      end
      local.get 1
      i32.const 1
      i32.add
      local.tee 1
      i32.const 26
      i32.lt_s
      br_if 0
    end
    local.get 0
    i32.const 1
    i32.add
    local.tee 0
    i32.const 8
    i32.lt_s
    br_if 0
  end
end
