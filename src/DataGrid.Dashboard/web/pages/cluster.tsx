import { PageHead } from '../ui/parts';

export default function NotYet({ name }: { name: string }) {
  return <PageHead title={name} />;
}
