func 0
  local 3 i32
  local 1 f32
  local 2 i32
  i32.const 0
  local.set 4
  loop
    i32.const 0
    local.set 5
    loop
      i32.const 0
      local.set 6
      loop
        f32.const 0
        local.set 7
        i32.const 0
        local.set 8
        loop
          i32.const 0
          local.set 9
          loop
            local.get 7
            local.get 1
            local.get 5
            i32.const 28
            i32.mul
            local.get 8
            i32.const 28
            i32.mul
            i32.add
            local.get 6
            i32.add
            local.get 9
            i32.add
            i32.const 2
            i32.shl
            i32.add
            f32.load
            local.get 2
            local.get 4
            i32.const 9
            i32.mul
            local.get 8
            i32.const 3
            i32.mul
            i32.add
            local.get 9
            i32.add
            i32.const 2
            i32.shl
            i32.add
            f32.load
            f32.mul
            f32.add
            local.set 7
            local.get 9
            i32.const 1
            i32.add
            local.tee 9
            i32.const 3
            i32.lt_s
            br_if 0
          end
          local.get 8
          i32.const 1
          i32.add
          local.tee 8
          i32.const 3
          i32.lt_s
          br_if 0
        end
        local.get 0
        local.get 4
        i32.const 676
        i32.mul
        local.get 5
        i32.const 26
        i32.mul
        i32.add
        local.get 6
        i32.add
        i32.const 2
        i32.shl
        i32.add
        local.get 7
        local.get 3
        local.get 4
        i32.const 2
        i32.shl
        i32.add
        f32.load
        f32.add
        f32.const 0
        f32.max
        f32.store
        local.get 6
        i32.const 1
        i32.add
        local.tee 6
        i32.const 26
        i32.lt_s
        br_if 0
      end
      local.get 5
      i32.const 1
      i32.add
      local.tee 5
      i32.const 26
      i32.lt_s
      br_if 0
    end
    local.get 4
    i32.const 1
    i32.add
    local.tee 4
    i32.const 8
    i32.lt_s
    br_if 0
  end
end
