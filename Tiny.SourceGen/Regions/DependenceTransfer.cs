using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen.Regions;

/// <summary>One operation of a body: what its value depends on by what its operands do, and what it passes on to variables.</summary>
sealed class DependenceTransfer(DependenceMap map, RegionBody body, CallTargets targets)
{
    /// <summary>The value's dependence. Unless said otherwise it is made of the operands.</summary>
    public Dependence Of(IOperation operation)
    {
        foreach (var (target, value) in Writes.Of(operation)) Write(target, value is null ? Operands(operation) : map.Of(value), operation);
        return operation switch
        {
            ILiteralOperation or INameOfOperation or ITypeOfOperation or ISizeOfOperation => Dependence.None,
            IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } => map.OfSelf(body.Method),
            IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.PatternInput } => Matched(operation),
            ILocalReferenceOperation local => Variable(local.Local, local.Local.IsConst),
            IParameterReferenceOperation parameter => Variable(parameter.Parameter, false),
            IFieldReferenceOperation field => Field(field),
            IPropertyReferenceOperation property => Property(property),
            IArrayElementReferenceOperation element => map.Of(element.ArrayReference).As(element.Type),
            IAnonymousFunctionOperation lambda => Function(lambda.Symbol),
            IMethodReferenceOperation method => Reference(method),
            IInvocationOperation call => Call(call),
            IObjectCreationOperation creation => Called(operation, creation.Arguments, Dependence.None).AsNew() | Operands(operation).AsNew(),
            IBinaryOperation { OperatorMethod: not null } or IUnaryOperation { OperatorMethod: not null } or IConversionOperation { OperatorMethod: not null } => Operator(operation),
            IVariableDeclaratorOperation declarator => Declare(declarator),
            IForEachLoopOperation loop => Declare(loop),
            ISymbolInitializerOperation initializer and (IFieldInitializerOperation or IPropertyInitializerOperation) => Initialize(initializer),
            IReturnOperation { ReturnedValue: { } returned } => Return(operation, returned),
            IIsPatternOperation pattern => Match(pattern.Pattern, map.Of(pattern.Value)) | Operands(operation).As(operation.Type),
            ISwitchExpressionOperation match => Match(match, map.Of(match.Value)) | Operands(operation).As(operation.Type),
            ISwitchOperation match => Match(match, map.Of(match.Value)),
            IArrayCreationOperation or ITupleOperation or ICollectionExpressionOperation or IAnonymousObjectCreationOperation or IWithOperation => Operands(operation).AsNew(),
            _ => Operands(operation).As(operation.Type),
        };
    }

    Dependence Operands(IOperation operation)
    {
        var all = Dependence.None;
        foreach (var child in operation.ChildOperations) all |= map.Of(child);
        return all;
    }

    // Who calls it calls it on the object that it was taken from.
    Dependence Reference(IMethodReferenceOperation reference)
    {
        var instance = reference.Instance is null ? Dependence.None : map.Of(reference.Instance);
        foreach (var target in targets.Of(reference)) map.FlowSelf(SelfOf(target, instance), target);
        return Function(reference.Method.OriginalDefinition) | instance.AsNew();
    }

    // A local function is called on no object, and has the one of the code around it.
    Dependence SelfOf(IMethodSymbol target, Dependence instance) => target.MethodKind == MethodKind.LocalFunction ? map.OfSelf(body.Method) : instance;

    static Dependence Function(IMethodSymbol function) => Dependence.On(function).AsNew();

    // A variable of the body has what comes into it; one from outside is a source.
    Dependence Variable(ISymbol variable, bool isConstant) => isConstant ? Dependence.None
        : IsOutside(variable) ? map.OfVariable(variable) | Dependence.On(variable)
        : map.OfVariable(variable);

    bool IsOutside(ISymbol variable) => variable is IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } owner }
        ? !SymbolEqualityComparer.Default.Equals(owner, body.Method)
        : !SymbolEqualityComparer.Default.Equals(variable.ContainingSymbol, body.Method) && !variable.DeclaringSyntaxReferences.IsEmpty && !body.Declares(variable);

    Dependence Field(IFieldReferenceOperation field)
    {
        if (field.Field.IsConst) return Dependence.None;
        var holder = field.Instance is null ? Dependence.None with { IsOutside = true } : map.Of(field.Instance);
        return (holder | map.OfVariable(field.Field) | Source(holder, field.Field)).As(field.Type) with { IsOutside = holder.IsOutside };
    }

    static Dependence Source(Dependence holder, ISymbol member) => holder.IsOutside ? Dependence.On(member.OriginalDefinition) : Dependence.None;

    Dependence Property(IPropertyReferenceOperation property)
    {
        var holder = property.Instance is null ? Dependence.None with { IsOutside = true } : map.Of(property.Instance);
        var all = holder;
        bool isComputed = false;
        foreach (var target in targets.Of(property))
        {
            isComputed |= !Assignments.IsAuto(property.Property);
            map.FlowSelf(holder, target);
            Pass(property.Arguments, target);
            if (target.MethodKind == MethodKind.PropertyGet) all |= map.OfVariable(target);
        }
        // A property that the code computes has what its getter returns; any other is a place like a field.
        if (isComputed && !KnownTypes.IsTensor(property.Property.ContainingType)) return (property.Property.GetMethod is { } get ? all with { Held = map.OfVariable(get).Held } : all).As(property.Type);
        if (!property.Property.IsIndexer && !KnownTypes.IsTensor(property.Property.ContainingType)) all |= map.OfVariable(property.Property) | Source(holder, property.Property);
        return (all | Arguments(property.Arguments)).As(property.Type) with { IsOutside = holder.IsOutside };
    }

    Dependence Arguments(IEnumerable<IArgumentOperation> arguments)
    {
        var all = Dependence.None;
        foreach (var argument in arguments) all |= map.Of(argument.Value);
        return all;
    }

    Dependence Call(IInvocationOperation call)
    {
        var instance = call.Instance is null ? Dependence.None : map.Of(call.Instance);
        var method = call.TargetMethod;
        if (ValueRequests.Is(call))
        {
            var elements = (instance | Arguments(call.Arguments)).AsElements();
            // CopyTo(span): the elements are then in what the span is of.
            foreach (var argument in call.Arguments)
                if (RootOf(argument.Value) is { } root) map.Flow(elements, root, null);
            return !KnownTypes.IsTensor(method.ReturnType) ? elements : method.Name == "Realize" ? instance : (instance | Arguments(call.Arguments)).AsComputed();
        }
        if (KnownTypes.IsTensor(method.ContainingType))
        {
            if (method.Name is "Assign" && call.Instance is not null) WriteTensor(call.Instance, Arguments(call.Arguments));
            else if (RandomDraws.Is(call)) instance |= Function(method.OriginalDefinition);
        }
        return Called(call, call.Arguments, instance).As(call.Type);
    }

    Dependence Operator(IOperation operation)
    {
        var operands = operation.ChildOperations.ToList();
        bool followed = false;
        var result = Dependence.None;
        foreach (var target in targets.Of(operation))
        {
            followed = true;
            for (int i = 0; i < operands.Count && i < target.Parameters.Length; i++) map.Flow(map.Of(operands[i]), target.Parameters[i], target.Parameters[i].Type);
            result |= map.OfVariable(target);
        }
        return (followed ? result : KnownTypes.IsTensor(operation.Type) ? Operands(operation).AsComputed() : Operands(operation).AsNew()).As(operation.Type);
    }

    // A call of what is in the program's source passes its arguments on and has what that returns; any other may do anything with its arguments,
    // call functions among them, and return them.
    Dependence Called(IOperation call, IEnumerable<IArgumentOperation> arguments, Dependence instance)
    {
        var given = Arguments(arguments);
        var result = Dependence.None;
        bool followed = false;
        foreach (var target in targets.Of(call))
        {
            followed |= !target.IsAbstract && !target.IsExtern;
            map.FlowSelf(SelfOf(target, instance), target);
            Pass(arguments, target);
            result |= map.OfVariable(target);
        }
        if (followed) return result;
        foreach (var function in given.Held.Concat(instance.Held).OfType<IMethodSymbol>())
        {
            foreach (var parameter in function.Parameters) map.Flow(instance | given, parameter, parameter.Type);
            result |= map.OfVariable(function);
        }
        foreach (var argument in arguments)
            if (argument.Parameter?.RefKind is RefKind.Ref or RefKind.Out && RootOf(argument.Value) is { } written)
                map.Flow(result | given.AsNew() | instance.AsNew(), written, argument.Value.Type);
        // A list has what is added to it.
        if (call is IInvocationOperation { Instance: { } holder } && !given.IsNone && RootOf(holder) is { } root && !KnownTypes.IsTensor(holder.Type)) map.Flow(given.AsNew(), root, null);
        return result | given.AsNew() | instance.AsNew();
    }

    void Pass(IEnumerable<IArgumentOperation> arguments, IMethodSymbol target)
    {
        foreach (var argument in arguments)
            // The declaration that is called, and an override of it, number their parameters alike.
            if (argument.Parameter is { } parameter && OrdinalIn(target, parameter) is var i && i < target.Parameters.Length)
            {
                map.Flow(map.Of(argument.Value), target.Parameters[i], target.Parameters[i].Type);
                if (parameter.RefKind is RefKind.Ref or RefKind.Out && RootOf(argument.Value) is { } root) map.Flow(map.OfVariable(target.Parameters[i]), root, argument.Value.Type);
            }
    }

    // x.F(y) of an extension method has one parameter less than its declaration.
    static int OrdinalIn(IMethodSymbol target, IParameterSymbol parameter) =>
        parameter.Ordinal + (parameter.ContainingSymbol is IMethodSymbol { ReducedFrom: not null } && target.IsExtensionMethod ? 1 : 0);

    void Write(IOperation target, Dependence value, IOperation write)
    {
        // An indexer of a tensor is an assignment of elements.
        if (target is IPropertyReferenceOperation { Property: { IsIndexer: true } indexer, Instance: { } instance } && KnownTypes.IsTensor(indexer.ContainingType)) WriteTensor(instance, value);
        else if (target is IPropertyReferenceOperation { Property.SetMethod: { } set } property)
            foreach (var setter in targets.Of(property).Where(t => SymbolEqualityComparer.Default.Equals(t, set.OriginalDefinition)))
                map.Flow(value, setter.Parameters[setter.Parameters.Length - 1], property.Type);
        if (write is IArgumentOperation) return;
        if (target is IDeclarationExpressionOperation declared)
            foreach (var local in declared.DescendantsAndSelf().OfType<ILocalReferenceOperation>()) map.Flow(value, local.Local, local.Type);
        else if (RootOf(target) is { } root)
        {
            // A list that an object is put into stays what it is.
            if (target is IArrayElementReferenceOperation or IPropertyReferenceOperation { Property.IsIndexer: true }) map.Flow(value.AsNew(), root, null);
            else map.Flow(value, root, target.Type);
        }
    }

    void WriteTensor(IOperation tensor, Dependence value)
    {
        map.Written(map.Of(tensor), body.Method);
        if (RootOf(tensor) is { } root) map.Flow(value.AsComputed(), root, null);
    }

    /// <summary>The variable in which, or in an object below which, something lies.</summary>
    static ISymbol? RootOf(IOperation place)
    {
        while (true)
            switch (place)
            {
                case ILocalReferenceOperation local: return local.Local;
                case IParameterReferenceOperation parameter: return parameter.Parameter;
                case IFieldReferenceOperation field: return field.Field;
                case IPropertyReferenceOperation { Property.IsIndexer: false } property: return property.Property;
                case IPropertyReferenceOperation { Instance: { } indexed }: place = indexed; break;
                case IArrayElementReferenceOperation element: place = element.ArrayReference; break;
                case IConversionOperation conversion: place = conversion.Operand; break;
                case IDeclarationExpressionOperation declaration: place = declaration.Expression; break;
                default: return null;
            }
    }

    Dependence Declare(IVariableDeclaratorOperation declarator)
    {
        var initializer = declarator.Initializer ?? (declarator.Parent as IVariableDeclarationOperation)?.Initializer;
        if (initializer is not null) map.Flow(map.Of(initializer.Value), declarator.Symbol, declarator.Symbol.Type);
        return Dependence.None;
    }

    Dependence Initialize(ISymbolInitializerOperation initializer)
    {
        IEnumerable<ISymbol> members = initializer is IFieldInitializerOperation fields ? fields.InitializedFields : ((IPropertyInitializerOperation)initializer).InitializedProperties;
        foreach (var member in members) map.Flow(map.Of(initializer.Value), member, member is IFieldSymbol field ? field.Type : ((IPropertySymbol)member).Type);
        return Dependence.None;
    }

    Dependence Declare(IForEachLoopOperation loop)
    {
        foreach (var local in loop.Locals) map.Flow(map.Of(loop.Collection), local, local.Type);
        return Dependence.None;
    }

    Dependence Return(IOperation operation, IOperation returned)
    {
        var function = body.FunctionOf(operation);
        map.Flow(map.Of(returned), function, null);
        return Dependence.None;
    }

    // In { Name: pattern } the object is what the pattern around it is matched with.
    Dependence Matched(IOperation input)
    {
        for (var at = input.Parent?.Parent; at is not null; at = at.Parent)
            switch (at)
            {
                case IPropertySubpatternOperation outer when outer.Member != input.Parent: return map.Of(outer.Member);
                case IIsPatternOperation match: return map.Of(match.Value);
                case ISwitchExpressionOperation match: return map.Of(match.Value);
                case ISwitchOperation match: return map.Of(match.Value);
            }
        return Dependence.None;
    }

    Dependence Match(IOperation patterns, Dependence value)
    {
        foreach (var pattern in patterns.DescendantsAndSelf())
            if (pattern switch
            {
                IDeclarationPatternOperation p => p.DeclaredSymbol,
                IRecursivePatternOperation p => p.DeclaredSymbol,
                IListPatternOperation p => p.DeclaredSymbol,
                _ => null,
            } is ILocalSymbol local) map.Flow(value, local, local.Type);
        return Dependence.None;
    }
}
