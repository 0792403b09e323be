Console.WriteLine("datagrid");
