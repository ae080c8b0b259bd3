static inline float at_least_f32(float a, float b)
{
    return b > a ? b : a;
}

static void conv1_conv2d_relu(float *restrict out, const float *restrict x, const float *restrict conv1_weight,
                              const float *restrict conv1_bias)
{
  for (int i0 = 0; i0 < 8; i0++) {
    for (int i1 = 0; i1 < 26; i1++) {
      for (int i2 = 0; i2 < 26; i2++) {
        float acc0 = 0.0f;
        for (int r0 = 0; r0 < 3; r0++) {
          for (int r1 = 0; r1 < 3; r1++) {
            acc0 += x[i1 * 28 + r0 * 28 + i2 + r1] * conv1_weight[i0 * 9 + r0 * 3 + r1];
          }
        }
        out[i0 * 676 + i1 * 26 + i2] = at_least_f32(acc0 + conv1_bias[i0], 0.0f);
      }
    }
  }
}
