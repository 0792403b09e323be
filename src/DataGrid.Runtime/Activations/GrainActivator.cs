using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>Makes instances of one grain class through its only public constructor, from the activation's services.</summary>
internal sealed class GrainActivator
{
    private readonly ConstructorInvoker _constructor;
    private readonly Func<Activation, object?>[] _arguments;

    public GrainActivator(Type type)
    {
        var constructors = type.GetConstructors();
        var chosen = constructors.Length == 1
            ? constructors[0]
            : constructors.SingleOrDefault(c => c.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
                ?? throw new OrleansConfigurationException(
                    $"Grain class {type} has {constructors.Length} public constructors: give it one, or mark one with [ActivatorUtilitiesConstructor].");
        _constructor = ConstructorInvoker.Create(chosen);
        _arguments = Array.ConvertAll(chosen.GetParameters(), parameter => Source(type, parameter));
    }

    public object Create(Activation activation) => _constructor.Invoke(Array.ConvertAll(_arguments, source => source(activation)).AsSpan());

    private static Func<Activation, object?> Source(Type grain, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is { } state)
        {
            if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
                throw new OrleansConfigurationException($"Parameter {parameter.Name} of {grain} is marked [PersistentState] but is not IPersistentState<T>.");
            var create = typeof(PersistentState<>).MakeGenericType(type.GenericTypeArguments)
                .GetMethod(nameof(PersistentState<int>.Create))!.CreateDelegate<Func<Activation, PersistentStateAttribute, object>>();
            return activation => create(activation, state);
        }

        if (type == typeof(IGrainContext))
            return activation => activation;
        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
            return activation => activation.ActivationServices.GetRequiredKeyedService(type, keyed.Key);
        if (parameter.HasDefaultValue)
            return activation => activation.ActivationServices.GetService(type) ?? parameter.DefaultValue;
        return activation => activation.ActivationServices.GetService(type)
            ?? throw new OrleansConfigurationException($"Grain class {grain} needs a {type}, which is not registered.");
    }
}
