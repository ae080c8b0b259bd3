namespace Tiny.Tests;

/// <summary>
/// Cases of the ONNX conformance suite that say the same as an operator of the table: values that this library has not computed. A case's inputs are the call's, without
/// those that ONNX passes as tensors and we as numbers; of its outputs those are compared that the call gives.
/// </summary>
static class OnnxCases
{
    public static IReadOnlyList<(string Operator, string Case, Func<Tensor[], Tensor[]> Call)> All { get; } =
    [
        // ---- elementwise
        .. One("Acos", x => x.Acos(), "acos_example"), .. One("Acosh", x => x.Acosh(), "acosh"), .. One("Asin", x => x.Asin(), "asin_example"), .. One("Asinh", x => x.Asinh(), "asinh_example"),
        .. One("Atan", x => x.Atan(), "atan_example"), .. One("Atanh", x => x.Atanh(), "atanh"), .. One("Ceil", x => x.Ceil(), "ceil"), .. One("Cos", x => x.Cos(), "cos cos_example"),
        .. One("Cosh", x => x.Cosh(), "cosh cosh_example"), .. One("Exp", x => x.Exp(), "exp"), .. One("Floor", x => x.Floor(), "floor"), .. One("Log", x => x.Log(), "log"), .. One("Mish", x => x.Mish(), "mish"),
        .. One("Neg", x => x.Neg(), "neg neg_example"), .. One("LogicalNot", x => x.LogicalNot(), "not_2d not_4d"), .. One("Reciprocal", x => x.Reciprocal(), "reciprocal_example"), .. One("Relu", x => x.Relu(), "relu"),
        .. One("Round", x => x.Round(), "round"), .. One("Sigmoid", x => x.Sigmoid(), "sigmoid sigmoid_example"), .. One("Sign", x => x.Sign(), "sign"), .. One("Sin", x => x.Sin(), "sin_example"),
        .. One("Sinh", x => x.Sinh(), "sinh_example"), .. One("Sqrt", x => x.Sqrt(), "sqrt_example"), .. One("Tan", x => x.Tan(), "tan tan_example"), .. One("Tanh", x => x.Tanh(), "tanh tanh_example"),
        .. One("Softplus", x => x.Softplus(), "softplus"), .. One("Softsign", x => x.Softsign(), "softsign"), .. One("Selu", x => x.Selu(), "selu_default"), .. One("Elu", x => x.Elu(2), "elu elu_example"),
        .. One("Celu", x => x.Celu(2), "celu_bfloat16 celu_float16"), .. One("LeakyRelu", x => x.LeakyRelu(0.1), "leakyrelu"), .. One("LeakyRelu", x => x.LeakyRelu(), "leakyrelu_default"),
        .. One("Gelu", x => x.Gelu(exact: true), "gelu_default_1 gelu_default_2"), .. One("Gelu", x => x.Gelu(), "gelu_tanh_2"), .. One("IsInf", x => x.IsInf(), "isinf"), .. One("IsNan", x => x.IsNan(), "isnan"),
        .. One("BitwiseNot", x => x.BitwiseNot(), "bitwise_not_3d bitwise_not_4d"), .. One("Clamp", x => x.Clamp(-1, 1), "clip"),
        .. One("Bitcast", x => x.Bitcast(DType.Int32), "bitcast_2d_float32_to_int32 bitcast_float32_to_int32 bitcast_scalar_float32_to_int32 bitcast_uint32_to_int32"),
        .. One("Bitcast", x => x.Bitcast(DType.Float32), "bitcast_int32_to_float32"), .. One("Bitcast", x => x.Bitcast(DType.Int64), "bitcast_float64_to_int64"),
        .. One("Cast", x => x.Cast(DType.Float32), "cast_BFLOAT16_to_FLOAT cast_DOUBLE_to_FLOAT"), .. One("Cast", x => x.Cast(DType.Float64), "cast_FLOAT16_to_DOUBLE cast_FLOAT_to_DOUBLE"),
        .. One("Cast", x => x.Cast(DType.Float16), "cast_FLOAT_to_FLOAT16"), .. One("Cast", x => x.Cast(DType.BFloat16), "cast_FLOAT_to_BFLOAT16"),
        .. Two("Add", (a, b) => a.Add(b), "add add_bcast add_int8 add_uint16 add_uint32 add_uint64"), .. Two("Sub", (a, b) => a.Sub(b), "sub_bcast sub_example sub_int16 sub_int8 sub_uint16 sub_uint32 sub_uint64"),
        .. Two("Div", (a, b) => a.Div(b), "div div_example"), .. Two("Pow", (a, b) => a.Pow(b), "pow pow_bcast_array pow_bcast_scalar pow_example"),
        .. Two("BitwiseAnd", (a, b) => a.BitwiseAnd(b), "and3d and4d and_bcast3v1d and_bcast3v2d bitwise_and_i32_2d bitwise_and_ui64_bcast_3v1d bitwise_and_ui8_bcast_4v3d"),
        .. Two("BitwiseOr", (a, b) => a.BitwiseOr(b), "or2d or3d or4d or_bcast3v2d bitwise_or_i16_4d bitwise_or_ui64_bcast_3v1d bitwise_or_ui8_bcast_4v3d"),
        .. Two("BitwiseXor", (a, b) => a.BitwiseXor(b), "xor3d xor4d xor_bcast3v1d xor_bcast3v2d bitwise_xor_i32_2d bitwise_xor_ui64_bcast_3v1d bitwise_xor_ui8_bcast_4v3d"),
        .. Two("LShift", (a, b) => a.LShift(b), "bitshift_left_uint16 bitshift_left_uint32 bitshift_left_uint64 bitshift_left_uint8"), .. Two("RShift", (a, b) => a.RShift(b), "bitshift_right_uint32 bitshift_right_uint64"),
        .. Two("Eq", (a, b) => a.Eq(b), "equal equal_bcast equal_int8"), .. Two("Gt", (a, b) => a.Gt(b), "greater greater_bcast greater_int16 greater_uint32"),
        .. Two("Ge", (a, b) => a.Ge(b), "greater_equal greater_equal_bcast greater_equal_int8 greater_equal_uint32"), .. Two("Lt", (a, b) => a.Lt(b), "less_bcast less_int16 less_int8 less_uint16 less_uint32 less_uint64"),
        .. Two("Le", (a, b) => a.Le(b), "less_equal_bcast less_equal_int16 less_equal_int8 less_equal_uint32 less_equal_uint64 less_equal_uint8"),
        .. Two("Maximum", (a, b) => a.Maximum(b), "max_float32 max_float64 max_int16 max_int32 max_int8"), .. Two("Minimum", (a, b) => a.Minimum(b), "min_float16 min_float32 min_float64 min_int16 min_int64 min_int8"),
        .. Two("Mod", (a, b) => a.Mod(b), "mod_broadcast mod_mixed_sign_int16 mod_mixed_sign_int32 mod_mixed_sign_int64 mod_mixed_sign_int8"), .. Two("Fmod", (a, b) => a.Fmod(b), "mod_int64_fmod mod_mixed_sign_float64"),
        Of("Where", x => x[0].Where(x[1], x[2]), "where_long_example"),
        // ---- reductions
        .. One("ArgMax", x => x.ArgMax(0, true), "argmax_default_axis_example argmax_default_axis_random"), .. One("ArgMax", x => x.ArgMax(1, true), "argmax_keepdims_example argmax_keepdims_random"),
        .. One("ArgMax", x => x.ArgMax(-1, true), "argmax_negative_axis_keepdims_example argmax_negative_axis_keepdims_random"), .. One("ArgMax", x => x.ArgMax(1), "argmax_no_keepdims_example argmax_no_keepdims_random"),
        .. One("ArgMin", x => x.ArgMin(0, true), "argmin_default_axis_example"), .. One("ArgMin", x => x.ArgMin(1, true), "argmin_keepdims_example argmin_keepdims_random"), .. One("ArgMin", x => x.ArgMin(1), "argmin_no_keepdims_example argmin_no_keepdims_random"),
        .. Reduced("Sum", (x, axes, keep) => x.Sum(axes, keep), "reduce_sum", "do_not_keepdims_example keepdims_example default_axes_keepdims_example default_axes_keepdims_random negative_axes_keepdims_random empty_set empty_set_non_reduced_axis_zero"),
        .. Reduced("Mean", (x, axes, keep) => x.Mean(axes, keep), "reduce_mean", "do_not_keepdims_example keepdims_example keepdims_random default_axes_keepdims_random negative_axes_keepdims_example negative_axes_keepdims_random"),
        .. Reduced("Prod", (x, axes, keep) => x.Prod(axes, keep), "reduce_prod", "do_not_keepdims_example do_not_keepdims_random keepdims_example keepdims_random default_axes_keepdims_example negative_axes_keepdims_random"),
        .. Reduced("Max", (x, axes, keep) => x.Max(axes, keep), "reduce_max", "bool_inputs default_axes_keepdims_random do_not_keepdims_random keepdims_example negative_axes_keepdims_example"),
        .. Reduced("Min", (x, axes, keep) => x.Min(axes, keep), "reduce_min", "default_axes_keepdims_example do_not_keepdims_example keepdims_example keepdims_random negative_axes_keepdims_random"),
        .. Reduced("LogSumExp", (x, axes, keep) => x.LogSumExp(axes.Length == 0 ? [.. Enumerable.Range(0, x.Rank)] : axes, keep), "reduce_log_sum_exp",
            "default_axes_keepdims_example do_not_keepdims_example keepdims_example keepdims_random negative_axes_keepdims_random"),
        .. One("Softmax", x => x.Softmax(0), "softmax_axis_0"), .. One("Softmax", x => x.Softmax(1), "softmax_axis_1"), .. One("Softmax", x => x.Softmax(), "softmax_axis_2 softmax_default_axis softmax_large_number softmax_negative_axis"),
        .. One("LogSoftmax", x => x.LogSoftmax(0), "logsoftmax_axis_0"), .. One("LogSoftmax", x => x.LogSoftmax(1), "logsoftmax_axis_1"),
        .. One("LogSoftmax", x => x.LogSoftmax(), "logsoftmax_axis_2 logsoftmax_example_1 logsoftmax_large_number logsoftmax_negative_axis"),
        .. One("CumSum", x => x.CumSum(), "cumsum_1d cumsum_2d_axis_0"),
        // ---- movement, picking
        Of("Cat", x => Tensor.Cat([x[0], x[1]]), "concat_1d_axis_0 concat_2d_axis_0 concat_3d_axis_0"), Of("Cat", x => Tensor.Cat([x[0], x[1]], -2), "concat_2d_axis_negative_2"),
        Of("Pad", x => x[0].Pad([(0, 0), (0, 0), (1, 2), (3, 4)], 1.2f), "constant_pad"), Of("Pad", x => x[0].Pad([(0, 0), (0, 0), (1, 1), (1, 1)], PadMode.Replicate), "edge_pad"),
        Of("Pad", x => x[0].Pad([(0, 0), (0, 0), (1, 1), (1, 1)], PadMode.Circular), "wrap_pad"), Of("Expand", x => x[0].Expand(2, 3, 6), "expand_dim_changed"),
        Of("Take", x => x[0].Take(x[1]), "gather_0"), Of("Take", x => x[0].Take(x[1], 1), "gather_1"), Of("Gather", x => x[0].Gather(1, x[1]), "gather_elements_0"), Of("Gather", x => x[0].Gather(0, x[1]), "gather_elements_1"),
        Of("Part", x => x[0][x[1]], "gather_negative_indices"), Of("Part", x => x[0][..3, ..10], "slice"), Of("Part", x => x[0][.., .., 3..4], "slice_default_axes slice_default_steps"), Of("Part", x => x[0][.., ..^1], "slice_neg"),
        Of("Nonzero", x => x[0].Nonzero(3).T, "nonzero_example"), Of("Scatter", x => x[0].Scatter(1, x[1], x[2]), "scatter_elements_with_axis scatter_with_axis"),
        Of("ScatterReduce", x => x[0].ScatterReduce(1, x[1], x[2], ScatterReduction.Sum), "scatter_elements_with_duplicate_indices"), Of("ScatterReduce", x => x[0].ScatterReduce(1, x[1], x[2], ScatterReduction.AMin), "scatter_elements_with_reduction_min"),
        Of("ScatterReduce", x => x[0].ScatterReduce(1, x[1], x[2], ScatterReduction.Prod), "scatter_elements_with_reduction_mul"), Of("Repeat", x => x[0].Repeat(7, 6, 4, 2), "tile"), Of("Repeat", x => x[0].Repeat(2, 2), "tile_precomputed"),
        Many("TopK", x => x[0].TopK(3, 1) is var (v, i) ? [v, i] : [], "top_k top_k_same_values_2d top_k_uint64"), Many("TopK", x => x[0].TopK(3, 0) is var (v, i) ? [v, i] : [], "top_k_same_values"),
        Many("TopK", x => x[0].TopK(3, 1, largest: false) is var (v, i) ? [v, i] : [], "top_k_smallest"), Of("Permute", x => x[0].Permute(0, 2, 1), "transpose_all_permutations_1"), Of("Permute", x => x[0].Permute(1, 2, 0), "transpose_all_permutations_3"),
        Of("Permute", x => x[0].Permute(2, 1, 0), "transpose_all_permutations_5 transpose_default"), Of("Tril", x => x[0].Tril(x.Length > 1 ? x[1].Cast(DType.Int32).Item<int>() : 0), "tril_neg tril_one_row_neg tril_out_neg tril_out_pos tril_pos tril_square tril_zero"),
        Of("Triu", x => x[0].Triu(x.Length > 1 ? x[1].Cast(DType.Int32).Item<int>() : 0), "triu_neg triu_one_row triu_out_pos triu_square_neg triu_zero"), Of("Squeeze", x => x[0].Squeeze(-2), "squeeze_negative_axes"),
        Of("Unsqueeze", x => x[0].Unsqueeze(0), "unsqueeze_axis_0"), Of("Unsqueeze", x => x[0].Unsqueeze(1), "unsqueeze_axis_1"), Of("Reshape", x => x[0].Reshape(2, -1, 2), "reshape_negative_dim"), Of("Reshape", x => x[0].Reshape(3, 4, 0), "reshape_allowzero_reordered"),
        Of("Flatten", x => x[0].Flatten(0, 1).Flatten(1), "flatten_axis2 flatten_negative_axis2"), Many("Split", x => [.. x[0].Split(2)], "split_1d_uneven_split_opset18 split_equal_parts_1d_opset13"), Many("Chunk", x => [.. x[0].Chunk(3, 1)], "split_2d_uneven_split_opset18"),
        Of("Eye", _ => Tensor.Eye(4, dtype: DType.Int32), "eyelike_without_dtype"), Of("Arange", _ => Tensor.Arange(1, 5, 2), "range_float_type_positive_delta"),
        // ---- matrices, nets
        .. Two("MatMul", (a, b) => a.MatMul(b), "matmul_1d_1d matmul_1d_3d matmul_2d matmul_3d matmul_4d matmul_4d_1d"), Of("Einsum", x => Tensor.Einsum("...ii->...i", x[0]), "einsum_batch_diagonal"),
        Of("Einsum", x => Tensor.Einsum("bij,bjk->bik", x[0], x[1]), "einsum_batch_matmul"), Of("Einsum", x => Tensor.Einsum("i,i", x[0], x[1]), "einsum_inner_prod"), Of("Conv2d", x => x[0].Conv2d(x[1]), "basic_conv_without_padding"),
        Of("Conv2d", x => x[0].Conv2d(x[1], stride: 2, padding: (1, 0)), "conv_with_strides_and_asymmetric_padding"), Of("Conv2d", x => x[0].Conv2d(x[1], stride: 2), "conv_with_strides_no_padding"), Of("Conv2d", x => x[0].Conv2d(x[1], stride: 2, padding: 1), "conv_with_autopad_same"),
        Of("ConvTranspose2d", x => x[0].ConvTranspose2d(x[1]), "convtranspose"), Of("ConvTranspose1d", x => x[0].ConvTranspose1d(x[1]), "convtranspose_1d"), Of("ConvTranspose2d", x => x[0].ConvTranspose2d(x[1], dilation: 2), "convtranspose_dilations"),
        Of("ConvTranspose2d", x => x[0].ConvTranspose2d(x[1], groups: 2), "convtranspose_group_2 convtranspose_group_2_image_3"), Of("ConvTranspose2d", x => x[0].ConvTranspose2d(x[1], stride: (3, 2), outputPadding: 1), "convtranspose_kernel_shape"),
        .. One("AvgPool2d", x => x.AvgPool2d(3, 2, ceil: true), "averagepool_2d_ceil"), .. One("AvgPool2d", x => x.AvgPool2d(2, 1), "averagepool_2d_default"),
        .. One("AvgPool2d", x => x.AvgPool2d(3, 1, 2, countPadding: false), "averagepool_2d_pads"), .. One("AvgPool2d", x => x.AvgPool2d(3, 1, 2), "averagepool_2d_pads_count_include_pad"), .. One("AvgPool2d", x => x.AvgPool2d(5, 1, 2, countPadding: false), "averagepool_2d_precomputed_pads"),
        .. One("AvgPool3d", x => x.AvgPool3d(2, 1), "averagepool_3d_default"), .. One("MaxPool1d", x => x.MaxPool1d(2, 1), "maxpool_1d_default"), .. One("MaxPool2d", x => x.MaxPool2d(3, 2, ceil: true), "maxpool_2d_ceil"),
        .. One("MaxPool2d", x => x.MaxPool2d(1, 2, ceil: true), "maxpool_2d_ceil_output_size_reduce_by_one"), .. One("MaxPool2d", x => x.MaxPool2d(2, 1), "maxpool_2d_default"), .. One("MaxPool2d", x => x.MaxPool2d(2, 1, dilation: 2), "maxpool_2d_dilations"),
        .. One("MaxPool2d", x => x.MaxPool2d(3, 1, 2), "maxpool_2d_pads"), .. One("MaxPool2d", x => x.MaxPool2d(5, 1, 2), "maxpool_2d_precomputed_pads"), Of("MaxUnpool2d", x => x[0].MaxUnpool2d(x[1], 2), "maxunpool_export_without_output_shape"),
        .. One("Interpolate", x => x.Interpolate([8, 8], InterpolationMode.Cubic), "resize_upsample_scales_cubic"), .. One("Interpolate", x => x.Interpolate([9, 10], InterpolationMode.Cubic), "resize_upsample_sizes_cubic"),
        .. One("Interpolate", x => x.Interpolate([4, 4]), "resize_upsample_scales_linear"),
        .. One("Interpolate", x => x.Interpolate([4, 6], InterpolationMode.Nearest), "resize_upsample_scales_nearest_axes_2_3"),
        Of("BatchNorm", x => x[0].BatchNorm(x[3], x[4], x[1], x[2], 1e-2), "batchnorm_epsilon"), Of("LayerNorm", x => x[0].LayerNorm(x[1].Shape, x[1], x[2]), "layer_normalization_2d_axis0 layer_normalization_2d_axis1"),
        Of("LayerNorm", x => x[0].LayerNorm(x[1].Shape, x[1], x[2], 0.1), "layer_normalization_3d_axis0_epsilon layer_normalization_3d_axis1_epsilon layer_normalization_3d_axis2_epsilon"),
        // ---- losses
        Of("NllLoss", x => x[0].NllLoss(x[1], reduction: Reduction.None), "nllloss_NC"), Of("NllLoss", x => x[0].NllLoss(x[1]), "nllloss_NCd1 nllloss_NCd1d2_reduction_mean"), Of("NllLoss", x => x[0].NllLoss(x[1], ignore: 1), "nllloss_NCd1_ii"),
        Of("NllLoss", x => x[0].NllLoss(x[1], x[2]), "nllloss_NCd1_weight"), Of("NllLoss", x => x[0].NllLoss(x[1], x[2], 1), "nllloss_NCd1_weight_ii"), Of("NllLoss", x => x[0].NllLoss(x[1], x[2], -1), "nllloss_NCd1_mean_weight_negative_ii"),
        Of("CrossEntropy", x => x[0].CrossEntropy(x[1], x[2], -1), "sce_NCd1_mean_weight_negative_ii"), Of("CrossEntropy", x => x[0].CrossEntropy(x[1], ignore: -5, reduction: Reduction.None), "sce_NCd1d2d3_none_no_weight_negative_ii"),
        Of("CrossEntropy", x => x[0].CrossEntropy(x[1]), "sce_mean_3d"), Of("CrossEntropy", x => x[0].CrossEntropy(x[1], x[2]), "sce_mean_weight"), Of("CrossEntropy", x => x[0].CrossEntropy(x[1], reduction: Reduction.None), "sce_none"),
        Of("CrossEntropy", x => x[0].CrossEntropy(x[1], x[2], reduction: Reduction.None), "sce_none_weights"), Of("CrossEntropy", x => x[0].CrossEntropy(x[1], reduction: Reduction.Sum), "sce_sum"),
    ];

    static (string, string, Func<Tensor[], Tensor[]>) Of(string name, Func<Tensor[], Tensor> call, string cases) => Many(name, x => [call(x)], cases);

    static (string, string, Func<Tensor[], Tensor[]>) Many(string name, Func<Tensor[], Tensor[]> call, string cases) => (name, cases, call);

    static (string, string, Func<Tensor[], Tensor[]>)[] One(string name, Func<Tensor, Tensor> call, string cases) => [Of(name, x => call(x[0]), cases)];

    static (string, string, Func<Tensor[], Tensor[]>)[] Two(string name, Func<Tensor, Tensor, Tensor> call, string cases) => [Of(name, x => call(x[0], x[1]), cases)];

    /// <summary>The axes are the second input, if there is one; a name says whether they are kept.</summary>
    static (string, string, Func<Tensor[], Tensor[]>)[] Reduced(string name, Func<Tensor, int[], bool, Tensor> call, string prefix, string cases) =>
        [.. cases.Split(' ').Select(c => Of(name, x => call(x[0], x.Length > 1 ? x[1].Cast(DType.Int32).ToArray<int>() : [], !c.Contains("do_not", StringComparison.Ordinal)), $"{prefix}_{c}"))];
}
