namespace Tiny.Render;

/// <summary>
/// Functions that kernels call where no instruction has the meaning: quotients rounded down (of <see cref="IlMath"/>), and functions of float64, which
/// JavaScript has. A module holds those that it uses.
/// </summary>
sealed class WasmHelper
{
    readonly Dictionary<(string Name, WasmType Type), WasmFunction> _made = [];

    /// <summary>JavaScript's function of one float64, by its name among the imports.</summary>
    public WasmFunction Math(string name) => Get(name, WasmType.F64, () => new([WasmType.F64], WasmType.F64, name));

    /// <summary>The quotient rounded down, 0 for a divisor of 0; the smallest number by -1 wraps.</summary>
    public WasmFunction FloorDiv(WasmType type, bool unsigned) => Get(unsigned ? "div_u" : "div", type, () =>
    {
        var f = new WasmFunction([type, type], type);
        var of = new Instructions(f, type);
        of.ReturnIfZero(() => of.Const(0));
        if (unsigned)
        {
            f.Get(0);
            f.Get(1);
            f.Emit(of.DivU);
            return f;
        }
        ReturnIfMinusOne(of, () =>
        {
            of.Const(0);
            f.Get(0);
            f.Emit(of.Sub);
        });
        // a / b, less one where the remainder is not 0 and has another sign than b
        f.Get(0);
        f.Get(1);
        f.Emit(of.DivS);
        f.Get(0);
        f.Get(1);
        f.Emit(of.RemS);
        int rest = f.DeclareLocal(type);
        f.Set(rest);
        IsOffset(of, rest);
        if (type == WasmType.I64) f.Emit(WasmOp.I64ExtendI32U);
        f.Emit(of.Sub);
        return f;
    });

    /// <summary>What is left of a, with the sign of b; a for a divisor of 0.</summary>
    public WasmFunction FloorMod(WasmType type, bool unsigned) => Get(unsigned ? "mod_u" : "mod", type, () =>
    {
        var f = new WasmFunction([type, type], type);
        var of = new Instructions(f, type);
        of.ReturnIfZero(() => f.Get(0));
        f.Get(0);
        f.Get(1);
        f.Emit(unsigned ? of.RemU : of.RemS);
        if (unsigned) return f;
        int rest = f.DeclareLocal(type);
        f.Set(rest);
        f.Get(rest);
        f.Get(1);
        of.Const(0);
        IsOffset(of, rest);
        f.Emit(WasmOp.Select);
        f.Emit(of.Add);
        return f;
    });

    // The remainder is not 0 and has another sign than the divisor.
    static void IsOffset(Instructions of, int rest)
    {
        var f = of.Function;
        f.Get(rest);
        of.Const(0);
        f.Emit(of.Ne);
        f.Get(rest);
        f.Get(1);
        f.Emit(of.Xor);
        of.Const(0);
        f.Emit(of.LtS);
        f.Emit(WasmOp.I32And);
    }

    static void ReturnIfMinusOne(Instructions of, Action result)
    {
        of.Function.Get(1);
        of.Const(-1);
        of.Function.Emit(of.Ne);
        of.Function.Emit(WasmOp.I32Eqz);
        of.Return(result);
    }

    WasmFunction Get(string name, WasmType type, Func<WasmFunction> make)
    {
        if (!_made.TryGetValue((name, type), out var f)) _made[(name, type)] = f = make();
        return f;
    }

    /// <summary>Instructions of one integer type.</summary>
    sealed class Instructions(WasmFunction function, WasmType type)
    {
        readonly bool _wide = type == WasmType.I64;

        public WasmFunction Function => function;
        public WasmOp Add => _wide ? WasmOp.I64Add : WasmOp.I32Add;
        public WasmOp Sub => _wide ? WasmOp.I64Sub : WasmOp.I32Sub;
        public WasmOp DivS => _wide ? WasmOp.I64DivS : WasmOp.I32DivS;
        public WasmOp DivU => _wide ? WasmOp.I64DivU : WasmOp.I32DivU;
        public WasmOp RemS => _wide ? WasmOp.I64RemS : WasmOp.I32RemS;
        public WasmOp RemU => _wide ? WasmOp.I64RemU : WasmOp.I32RemU;
        public WasmOp Xor => _wide ? WasmOp.I64Xor : WasmOp.I32Xor;
        public WasmOp Ne => _wide ? WasmOp.I64Ne : WasmOp.I32Ne;
        public WasmOp LtS => _wide ? WasmOp.I64LtS : WasmOp.I32LtS;

        public void Const(int value)
        {
            if (_wide) function.Const((long)value);
            else function.Const(value);
        }

        public void ReturnIfZero(Action result)
        {
            function.Get(1);
            function.Emit(_wide ? WasmOp.I64Eqz : WasmOp.I32Eqz);
            Return(result);
        }

        /// <summary>Returns a result where the bool on the stack is true.</summary>
        public void Return(Action result)
        {
            function.Open(WasmOp.If);
            result();
            function.Emit(WasmOp.Return);
            function.Emit(WasmOp.End);
        }
    }
}
