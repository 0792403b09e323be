using System.Reflection;
using System.Reflection.Emit;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>Emits the reference class of a grain interface, when it is first needed.</summary>
internal static class ReferenceEmitter
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<string> Opened = new(StringComparer.Ordinal);
    private static readonly Type[] ConstructorTypes = [typeof(Silo), typeof(GrainInterface), typeof(GrainId)];
    private static readonly ConstructorInfo IgnoresAccess;
    private static readonly AssemblyBuilder Assembly;
    private static readonly ModuleBuilder Module;
    private static int _count;

    static ReferenceEmitter()
    {
        Assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("DataGrid.Runtime.References"), AssemblyBuilderAccess.Run);
        Module = Assembly.DefineDynamicModule("References");
        IgnoresAccess = DefineIgnoresAccess();
        Open(typeof(GeneratedReference));
    }

    public static Func<Silo, GrainInterface, GrainId, GrainReference> Emit(GrainInterface grainInterface)
    {
        lock (Gate)
        {
            Check(grainInterface);
            Open(grainInterface.Type);
            foreach (var parent in grainInterface.Type.GetInterfaces())
                Open(parent);
            foreach (var parameter in grainInterface.Methods.SelectMany(m => m.Parameters))
                Open(parameter.ParameterType);
            var name = $"{grainInterface.Type.Name}Reference{++_count}";
            var type = Module.DefineType(name, TypeAttributes.Public | TypeAttributes.Sealed, typeof(GeneratedReference), [grainInterface.Type]);
            EmitConstructor(type);
            foreach (var method in grainInterface.Methods)
                EmitCall(type, method);
            EmitDispatch(type, grainInterface.Methods);
            return Creator(type.CreateType());
        }
    }

    private static void Check(GrainInterface grainInterface)
    {
        foreach (var method in grainInterface.Methods)
        {
            var where = $"{method.DeclaringType.Name}.{method.Method.Name}";
            if (method.Method.IsGenericMethodDefinition)
                throw new NotSupportedException($"{where} is generic: grain methods cannot be; make one method per type.");
            if (method.Parameters.Any(p => p.ParameterType.IsByRef))
                throw new NotSupportedException($"{where} has a ref, out or in parameter: grain methods cannot; return a record.");
            if (CallerOf(method.Method.ReturnType) is null)
                throw new NotSupportedException($"{where} returns {method.Method.ReturnType.Name}: grain methods return Task, Task<T>, ValueTask or ValueTask<T>.");
        }
    }

    private static MethodInfo? CallerOf(Type returned)
    {
        if (returned == typeof(Task))
            return typeof(GeneratedReference).GetMethod(nameof(GeneratedReference.CallTask));
        if (returned == typeof(ValueTask))
            return typeof(GeneratedReference).GetMethod(nameof(GeneratedReference.CallValueTask));
        if (!returned.IsGenericType)
            return null;
        var definition = returned.GetGenericTypeDefinition();
        var name = definition == typeof(Task<>) ? nameof(GeneratedReference.CallTaskOf)
            : definition == typeof(ValueTask<>) ? nameof(GeneratedReference.CallValueTaskOf)
            : null;
        return name is null ? null : typeof(GeneratedReference).GetMethod(name)!.MakeGenericMethod(returned.GenericTypeArguments);
    }

    private static void EmitConstructor(TypeBuilder type)
    {
        var baseConstructor = typeof(GeneratedReference).GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, ConstructorTypes)!;
        var il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, ConstructorTypes).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Ldarg_3);
        il.Emit(OpCodes.Call, baseConstructor);
        il.Emit(OpCodes.Ret);
    }

    // R IFoo.M(a, b) => base.CallX(id, new object?[] { a, b });
    private static void EmitCall(TypeBuilder type, InterfaceMethod method)
    {
        var parameters = Array.ConvertAll(method.Parameters, p => p.ParameterType);
        var builder = type.DefineMethod(
            $"{method.DeclaringType.FullName}.{method.Method.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
            method.Method.ReturnType,
            parameters);
        var il = builder.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4, method.Id);
        il.Emit(OpCodes.Ldc_I4, parameters.Length);
        il.Emit(OpCodes.Newarr, typeof(object));
        for (var i = 0; i < parameters.Length; i++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldc_I4, i);
            il.Emit(OpCodes.Ldarg, i + 1);
            if (parameters[i].IsValueType)
                il.Emit(OpCodes.Box, parameters[i]);
            il.Emit(OpCodes.Stelem_Ref);
        }

        il.Emit(OpCodes.Call, CallerOf(method.Method.ReturnType)!);
        il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(builder, method.Method);
    }

    // Task Dispatch(object target, int method, object?[] a) => method switch { 0 => ((IFoo)target).M((A)a[0], (B)a[1]), … };
    private static void EmitDispatch(TypeBuilder type, InterfaceMethod[] methods)
    {
        var dispatch = type.DefineMethod(
            nameof(GeneratedReference.Dispatch),
            MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig,
            typeof(Task),
            [typeof(object), typeof(int), typeof(object[])]);
        var il = dispatch.GetILGenerator();
        var labels = Array.ConvertAll(methods, _ => il.DefineLabel());
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Switch, labels);
        il.Emit(OpCodes.Newobj, typeof(InvalidOperationException).GetConstructor(Type.EmptyTypes)!);
        il.Emit(OpCodes.Throw);
        foreach (var method in methods)
        {
            il.MarkLabel(labels[method.Id]);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Castclass, method.DeclaringType);
            for (var i = 0; i < method.Parameters.Length; i++)
            {
                il.Emit(OpCodes.Ldarg_3);
                il.Emit(OpCodes.Ldc_I4, i);
                il.Emit(OpCodes.Ldelem_Ref);
                il.Emit(OpCodes.Unbox_Any, method.Parameters[i].ParameterType);
            }

            il.Emit(OpCodes.Callvirt, method.Method);
            var returned = method.Method.ReturnType;
            if (returned.IsValueType)
            {
                var local = il.DeclareLocal(returned);
                il.Emit(OpCodes.Stloc, local);
                il.Emit(OpCodes.Ldloca, local);
                il.Emit(OpCodes.Call, returned.GetMethod(nameof(ValueTask.AsTask))!);
            }

            il.Emit(OpCodes.Ret);
        }
    }

    private static Func<Silo, GrainInterface, GrainId, GrainReference> Creator(Type type)
    {
        var create = new DynamicMethod("Create" + type.Name, typeof(GrainReference), ConstructorTypes, type.Module, skipVisibility: true);
        var il = create.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Newobj, type.GetConstructor(ConstructorTypes)!);
        il.Emit(OpCodes.Ret);
        return create.CreateDelegate<Func<Silo, GrainInterface, GrainId, GrainReference>>();
    }

    /// <summary>Lets emitted code use internal types of the assembly that declares <paramref name="type"/>.</summary>
    private static void Open(Type type)
    {
        var name = type.Assembly.GetName().Name!;
        if (Opened.Add(name))
            Assembly.SetCustomAttribute(new CustomAttributeBuilder(IgnoresAccess, [name]));
        foreach (var argument in type.GenericTypeArguments)
            Open(argument);
    }

    // The runtime knows this attribute by its name; no framework assembly declares it.
    private static ConstructorInfo DefineIgnoresAccess()
    {
        var type = Module.DefineType(
            "System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute", TypeAttributes.Public | TypeAttributes.Sealed, typeof(Attribute));
        var il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, [typeof(string)]).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(Attribute).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, Type.EmptyTypes)!);
        il.Emit(OpCodes.Ret);
        var usage = typeof(AttributeUsageAttribute).GetConstructor([typeof(AttributeTargets)])!;
        type.SetCustomAttribute(new CustomAttributeBuilder(
            usage, [AttributeTargets.Assembly], [typeof(AttributeUsageAttribute).GetProperty(nameof(AttributeUsageAttribute.AllowMultiple))!], [true]));
        return type.CreateType().GetConstructor([typeof(string)])!;
    }
}
