namespace Tiny.Graph;

/// <summary>
/// The one vocabulary of the tensor graph, of kernels and of linear code. Which operations are legal at which stage,
/// and their operands, is stated here and checked by the spec.
/// </summary>
public enum Op : byte
{
    // ---- leaves
    /// <summary>A number. Arg: <see cref="Constant"/>. Rank 0 in the tensor graph. Any stage.</summary>
    Const,
    /// <summary>The captured method's input. Arg: <see cref="ParamArg"/>. Tensor graph.</summary>
    Param,
    /// <summary>A number given at each call. Arg: <see cref="Tiny.Variable"/>. Dtype: index. Rank 0 in the tensor graph. Any stage.</summary>
    Variable,
    /// <summary>Memory that holds a tensor, row-major. Arg: <see cref="IBufferArg"/>. Tensor graph.</summary>
    Buffer,
    /// <summary>The whole numbers from 0: each element is its own index. Arg: int length. Rank 1, int32. Tensor graph.</summary>
    Iota,

    // ---- movement, tensor graph only: index arithmetic, no work
    /// <summary>Src: x. Arg: <see cref="Shape"/> with the same number of elements.</summary>
    Reshape,
    /// <summary>Src: x. Arg: <see cref="Axes"/>, output axis i is input axis Arg[i].</summary>
    Permute,
    /// <summary>Src: x. Arg: <see cref="Shape"/> of the same rank; extents of 1 are repeated.</summary>
    Expand,
    /// <summary>Src: x. Arg: <see cref="Edges"/>, elements of zero (false) added before and after each axis.</summary>
    Pad,
    /// <summary>Src: x. Arg: <see cref="Edges"/>, the half-open interval kept of each axis.</summary>
    Shrink,
    /// <summary>Src: x. Arg: <see cref="Axes"/> reversed.</summary>
    Flip,

    // ---- tensor graph only
    /// <summary>Src: x. Arg: <see cref="ReduceArg"/>. Reduced axes stay with extent 1.</summary>
    Reduce,
    /// <summary>Src: x. The value placed in memory of its own.</summary>
    Contiguous,
    /// <summary>Src: inputs, in memory. Arg: <see cref="KernelArg"/>. A kernel written by hand, an element as an expression of kernel nodes.</summary>
    Kernel,
    /// <summary>Src: old, value. Arg: <see cref="View"/> of the old value. The old value with the elements that are seen replaced.</summary>
    Update,
    /// <summary>
    /// Src: value, inputs.... Arg: <see cref="GradientRule"/>. The value; on the way back its gradient goes to the inputs as the rule says, and
    /// not into what the value was computed from. Gone after resolving.
    /// </summary>
    WithGradient,

    // ---- elementwise, any stage; operands of one dtype and (tensor graph) one shape unless said
    /// <summary>-x.</summary>
    Neg,
    /// <summary>Square root, floats.</summary>
    Sqrt,
    /// <summary>2 to the x, floats.</summary>
    Exp2,
    /// <summary>e to the x, floats. Not by <see cref="Exp2"/>: the product would be rounded, and its error grow with x.</summary>
    Exp,
    /// <summary>Logarithm to base 2, floats.</summary>
    Log2,
    /// <summary>Sine of radians, floats.</summary>
    Sin,
    /// <summary>Round towards zero, floats.</summary>
    Trunc,
    /// <summary>Convert the value; float to integer truncates and saturates. Dtype: the target's.</summary>
    Cast,
    /// <summary>Reinterpret the bits as a dtype of the same size.</summary>
    Bitcast,
    /// <summary>a + b; integers wrap.</summary>
    Add,
    /// <summary>a * b; integers wrap.</summary>
    Mul,
    /// <summary>a / b, floats, rounded once.</summary>
    Div,
    /// <summary>Quotient rounded down, integers; 0 for a divisor of 0; the smallest number by -1 wraps.</summary>
    FloorDiv,
    /// <summary>a - b * FloorDiv(a, b), integers: takes the sign of b, and is a for a divisor of 0.</summary>
    FloorMod,
    /// <summary>The larger. A NaN operand gives NaN; of zeros with different signs, either.</summary>
    Max,
    /// <summary>The smaller. A NaN operand gives NaN; of zeros with different signs, either.</summary>
    Min,
    /// <summary>Bitwise, or logical for bool.</summary>
    And,
    /// <summary>Bitwise, or logical for bool.</summary>
    Or,
    /// <summary>Bitwise, or logical for bool.</summary>
    Xor,
    /// <summary>a shifted left by b bits, integers; 0 unless 0 &lt;= b &lt; bits. In linear code b is always in that range.</summary>
    Shl,
    /// <summary>a shifted right by b bits, arithmetic for signed integers; all bits are the sign (0) unless 0 &lt;= b &lt; bits, as for <see cref="Shl"/>.</summary>
    Shr,
    /// <summary>a &lt; b, dtype bool.</summary>
    CmpLt,
    /// <summary>a != b, dtype bool. NaN differs from everything.</summary>
    CmpNe,
    /// <summary>Src: bool condition, a, b.</summary>
    Where,
    /// <summary>a * b + c in one rounding. Made by lowering where the target has it.</summary>
    MulAcc,

    // ---- kernels
    /// <summary>The kernel's memory argument. Arg: int slot. Dtype: its elements'.</summary>
    Pointer,
    /// <summary>A loop variable, 0 &lt;= r &lt; extent. Src: extent. Arg: <see cref="Axis"/>. Dtype: index. In linear code it opens the loop.</summary>
    Range,
    /// <summary>The global thread id of a GPU grid, or the part of it that stands for one loop, 0 &lt;= id &lt; extent. Src: extent. Arg: which part, if
    /// there are several; the first changes fastest.</summary>
    Special,
    /// <summary>Src: pointer or stage, index[, bool gate]. Reads 0 (false) where the gate is false. A vector dtype reads consecutive elements from index.</summary>
    Load,
    /// <summary>Src: pointer, index, value[, bool gate]. A vector value writes consecutive elements from index.</summary>
    Store,
    /// <summary>
    /// Src: pointer, index, value, mask[, bool gate]. Sets those bits of a word that the mask has to the value's, which has no others, as one step:
    /// other threads may set the rest of the word at the same time.
    /// </summary>
    StoreBits,
    /// <summary>A reduction over ranges. Src: values..., ranges... (innermost last). Arg: <see cref="FoldArg"/>. Every value is combined each iteration.</summary>
    Fold,
    /// <summary>
    /// A buffer of the kernel's own (registers, stack), filled once for each iteration of the ranges that it leaves open: at index, for every
    /// iteration of the closed ranges, value. Src: value, index, closed ranges... (innermost last); of several elements an iteration each has its value and index. Arg: <see cref="StageArg"/>. Read by
    /// <see cref="Load"/> in the place of a pointer. Dtype: its elements'. One that the threads of a workgroup share they fill together. In linear code it declares the buffer, has no operands, and stores fill it.
    /// </summary>
    Stage,
    /// <summary>All of a kernel's stores.</summary>
    Sink,

    // ---- vectors
    /// <summary>Src: scalar, repeated in every lane of the dtype.</summary>
    Broadcast,
    /// <summary>Src: one scalar a lane.</summary>
    Vector,
    /// <summary>Src: vector. Arg: int lane. The lane as a scalar.</summary>
    Lane,
    /// <summary>Src: vector. Arg: <see cref="Op"/> (Add, Mul, Max, Min). All lanes combined to a scalar.</summary>
    FoldLanes,
    /// <summary>
    /// Src: a, b, c. To each lane of c (int32, wraps) the products of four neighbours of a and b are added: vectors of 8-bit integers, four for each lane, or four that are
    /// those of every lane. Made by vectorisation where the target has it.
    /// </summary>
    Dot,

    /// <summary>Src: scalar. Arg: <see cref="Op"/> (Add, Mul, Max, Min). What all threads of a workgroup have, combined; each of them gets it. They wait for one another.</summary>
    FoldThreads,

    // ---- linear code
    /// <summary>A mutable local. Src: initial value. Arg: int id. As an operand it is the local's value at that point.</summary>
    Acc,
    /// <summary>Src: acc, value. Assigns the local.</summary>
    Set,
    /// <summary>Src: pointer, index. Asks for the line of memory in which the element lies, which may be none of the buffer's: nothing is read. Arg: int id.</summary>
    Prefetch,
    /// <summary>Src: range. Closes its loop.</summary>
    End,
    /// <summary>The threads of a workgroup wait for one another, and see what each has written to stages that they share. Arg: int id.</summary>
    Barrier,
}
