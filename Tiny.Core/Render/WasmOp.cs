namespace Tiny.Render;

/// <summary>
/// WebAssembly's instructions that kernels are made of, named as in its text format (<c>f32x4.add</c> is <see cref="F32x4Add"/>). Value: the byte, or
/// prefix * 0x1000 + number for those behind a prefix (0xFC saturating conversions, 0xFD vectors; numbers from 0x100 on are relaxed SIMD).
/// </summary>
enum WasmOp
{
    Loop = 0x03, If = 0x04, Else = 0x05, End = 0x0B, BrIf = 0x0D, Return = 0x0F, Call = 0x10, Select = 0x1B,
    LocalGet = 0x20, LocalSet = 0x21, LocalTee = 0x22,

    I32Load = 0x28, I64Load = 0x29, F32Load = 0x2A, F64Load = 0x2B, I32Load8S = 0x2C, I32Load8U = 0x2D, I32Load16S = 0x2E, I32Load16U = 0x2F,
    I32Store = 0x36, I64Store = 0x37, F32Store = 0x38, F64Store = 0x39, I32Store8 = 0x3A, I32Store16 = 0x3B,

    I32Const = 0x41, I64Const = 0x42, F32Const = 0x43, F64Const = 0x44,

    I32Eqz = 0x45, I32Ne = 0x47, I32LtS = 0x48, I32LtU = 0x49, I64Eqz = 0x50, I64Ne = 0x52, I64LtS = 0x53, I64LtU = 0x54,
    F32Ne = 0x5C, F32Lt = 0x5D, F64Ne = 0x62, F64Lt = 0x63,

    I32Add = 0x6A, I32Sub = 0x6B, I32Mul = 0x6C, I32DivS = 0x6D, I32DivU = 0x6E, I32RemS = 0x6F, I32RemU = 0x70,
    I32And = 0x71, I32Or = 0x72, I32Xor = 0x73, I32Shl = 0x74, I32ShrS = 0x75, I32ShrU = 0x76,
    I64Add = 0x7C, I64Sub = 0x7D, I64Mul = 0x7E, I64DivS = 0x7F, I64DivU = 0x80, I64RemS = 0x81, I64RemU = 0x82,
    I64And = 0x83, I64Or = 0x84, I64Xor = 0x85, I64Shl = 0x86, I64ShrS = 0x87, I64ShrU = 0x88,
    F32Neg = 0x8C, F32Trunc = 0x8F, F32Sqrt = 0x91, F32Add = 0x92, F32Sub = 0x93, F32Mul = 0x94, F32Div = 0x95, F32Min = 0x96, F32Max = 0x97,
    F64Neg = 0x9A, F64Trunc = 0x9D, F64Sqrt = 0x9F, F64Add = 0xA0, F64Sub = 0xA1, F64Mul = 0xA2, F64Div = 0xA3, F64Min = 0xA4, F64Max = 0xA5,

    I32WrapI64 = 0xA7, I64ExtendI32S = 0xAC, I64ExtendI32U = 0xAD,
    F32ConvertI32S = 0xB2, F32ConvertI32U = 0xB3, F32ConvertI64S = 0xB4, F32ConvertI64U = 0xB5, F32DemoteF64 = 0xB6,
    F64ConvertI32S = 0xB7, F64ConvertI32U = 0xB8, F64ConvertI64S = 0xB9, F64ConvertI64U = 0xBA, F64PromoteF32 = 0xBB,
    I32ReinterpretF32 = 0xBC, I64ReinterpretF64 = 0xBD, F32ReinterpretI32 = 0xBE, F64ReinterpretI64 = 0xBF,
    I32TruncSatF32S = 0xFC000, I32TruncSatF32U, I32TruncSatF64S, I32TruncSatF64U, I64TruncSatF32S, I64TruncSatF32U, I64TruncSatF64S, I64TruncSatF64U,

    V128Load = 0xFD000, V128Load16x4S = 0xFD003, V128Load16x4U = 0xFD004, V128Load32Splat = 0xFD009, V128Store = 0xFD00B, V128Const = 0xFD00C,
    I8x16Shuffle = 0xFD00D, I32x4Splat = 0xFD011, F32x4Splat = 0xFD013,
    I32x4ExtractLane = 0xFD01B, I32x4ReplaceLane = 0xFD01C, F32x4ExtractLane = 0xFD01F, F32x4ReplaceLane = 0xFD020,
    I32x4Ne = 0xFD038, I32x4LtS = 0xFD039, I32x4LtU = 0xFD03A, F32x4Ne = 0xFD042, F32x4Lt = 0xFD043,
    V128Not = 0xFD04D, V128And = 0xFD04E, V128Andnot = 0xFD04F, V128Or = 0xFD050, V128Xor = 0xFD051, V128Bitselect = 0xFD052, V128AnyTrue = 0xFD053,
    V128Store32Lane = 0xFD05A, V128Store64Lane = 0xFD05B, V128Load32Zero = 0xFD05C,
    F32x4Trunc = 0xFD069, I16x8ExtendLowI8x16S = 0xFD087, I16x8ExtendLowI8x16U = 0xFD089,
    I32x4Neg = 0xFD0A1, I32x4ExtendLowI16x8S = 0xFD0A7, I32x4ExtendLowI16x8U = 0xFD0A9,
    I32x4Shl = 0xFD0AB, I32x4ShrS = 0xFD0AC, I32x4ShrU = 0xFD0AD, I32x4Add = 0xFD0AE, I32x4Sub = 0xFD0B1, I32x4Mul = 0xFD0B5,
    I32x4MinS = 0xFD0B6, I32x4MinU = 0xFD0B7, I32x4MaxS = 0xFD0B8, I32x4MaxU = 0xFD0B9,
    F32x4Neg = 0xFD0E1, F32x4Sqrt = 0xFD0E3, F32x4Add = 0xFD0E4, F32x4Sub = 0xFD0E5, F32x4Mul = 0xFD0E6, F32x4Div = 0xFD0E7, F32x4Min = 0xFD0E8, F32x4Max = 0xFD0E9,
    I32x4TruncSatF32x4S = 0xFD0F8, I32x4TruncSatF32x4U = 0xFD0F9, F32x4ConvertI32x4S = 0xFD0FA, F32x4ConvertI32x4U = 0xFD0FB,
    F32x4RelaxedMadd = 0xFD105,
}

/// <summary>WebAssembly's value types, by their bytes.</summary>
enum WasmType : byte
{
    V128 = 0x7B, F64 = 0x7C, F32 = 0x7D, I64 = 0x7E, I32 = 0x7F,
}
