typedef float f4 __attribute__((vector_size(16)));
typedef int32_t i4 __attribute__((vector_size(16)));

static inline f4 splat_f4(float x)
{
    return (f4){ x, x, x, x };
}

static inline f4 load_f4(const float *p)
{
    f4 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline f4 select_f4(i4 m, f4 a, f4 b)
{
    return (f4)((m & (i4)a) | (~m & (i4)b));
}

/* The larger; NaN if either is. */
static inline f4 max_f4(f4 a, f4 b)
{
    return select_f4((a > b) | (a != a), a, b);
}

static inline void store_f4(float *p, f4 v)
{
    memcpy(p, &v, sizeof v);
}

static inline float sum_f4(f4 v)
{
    return v[0] + v[2] + (v[1] + v[3]);
}

static void scale_and_sum(float *restrict out, float *restrict total, const float *restrict x,
                          const float *restrict scale)
{
  float x0 = scale[0];
  f4 acc0 = splat_f4(0.0f);
  for (int i0 = 0; i0 < 16; i0++) {
    int x1 = i0 * 4;
    f4 x2 = load_f4(&x[x1]);
    f4 x3 = max_f4(x2 * x0 - 3.0f, -x2);
    store_f4(&out[x1], x3);
    acc0 += x3;
  }
  total[0] = sum_f4(acc0);
}
